"""The QR code that leads from paper to the check page."""

from dataclasses import dataclass

import segno


@dataclass(frozen=True)
class Code:
    """A code as one SVG path in a square of `size` units, quiet zone included. Plain numbers: the template escapes nothing away."""

    size: int
    path: str


def code(text: str) -> Code:
    """The QR code of `text` with middle error correction, so that a folded print still scans."""
    border = 2
    rows = [list(row) for row in segno.make_qr(text, error="m").matrix]
    squares = (f"M{x + border} {y + border}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Code(size=len(rows) + 2 * border, path="".join(squares))
