"""The renderer's own process: an HTML page on standard input, a PDF/A-3 on standard output.

Started by `render.py` as a plain script: it knows no settings, no database and no key, fetches nothing, sees only the fonts
beside the templates, and ends itself at its limits. Exit status 0: a PDF was written; anything else: nothing counts.
"""

import base64
import json
import logging
import resource
import sys
import unicodedata
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

CPU_SECONDS = 15
MEMORY_BYTES = 1536 * 1024 * 1024
JOINERS = "\u200c\u200d"


def limit() -> None:
    """Cap processor time and memory, and leave no core file that would hold the page."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def drawable(fonts: Path) -> frozenset[int]:
    """The code points our fonts can draw."""
    from fontTools.ttLib import TTFont

    points: set[int] = set()
    for file in sorted(fonts.glob("*.ttf")):
        with TTFont(file, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


def legible(text: str, points: frozenset[int]) -> str:
    """`text` with U+FFFD for what cannot or must not be drawn: PDF/A forbids missing glyphs, and invisible characters (bidi
    overrides above all) could make a line read as what it does not say. The JSON twin keeps the original."""
    bad = {c for c in set(text) - set("\n\t") if not _fit(c, points)}
    return text.translate(dict.fromkeys(map(ord, bad), "\ufffd"))


def _fit(character: str, points: frozenset[int]) -> bool:
    if character in JOINERS:
        return True
    return ord(character) in points and unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def render(job: dict[str, Any]) -> bytes:
    """The PDF of one job (see `render.py`)."""
    from weasyprint import HTML, Attachment
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Refuse(URLFetcher):
        """Nothing is fetched: no network, no file, no data URL. An attempt ends the rendering."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
            raise FatalURLFetchingError("documents fetch nothing")

    at = datetime.fromisoformat(job["at"])
    twin = Attachment(
        string=base64.b64decode(job["twin"]),
        name=job["twin_name"],
        description="The same facts for machines",
        created=at,
        modified=at,
        relationship="Data",
    )
    page = legible(job["html"], drawable(Path(job["fonts"])))
    document = HTML(string=page, url_fetcher=Refuse(), base_url=None).render(pdf_variant=job["variant"])
    document.metadata.attachments = [twin]
    return tidy(document.write_pdf(pdf_variant=job["variant"], pdf_identifier=job["identifier"].encode()))


def tidy(pdf: bytes) -> bytes:
    """Mend what PDF/A forbids and WeasyPrint does: compressed XMP, and stream lengths that do not add up."""
    import pikepdf

    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        metadata = document.Root.Metadata
        metadata.write(metadata.read_bytes())
        for stream in document.objects:
            if isinstance(stream, pikepdf.Stream) and stream.read_raw_bytes().endswith(b"\r"):
                # This last byte and the line end after it would read as one line end, and the length as wrong by one.
                filters = [pikepdf.Name.ASCIIHexDecode, *_filters(stream)]
                stream.write(stream.read_raw_bytes().hex().encode() + b">", filter=pikepdf.Array(filters))
        keep = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable, **keep)
    return out.getvalue()


def _filters(stream: Any) -> list[Any]:
    import pikepdf

    given = stream.get(pikepdf.Name.Filter, pikepdf.Array())
    return list(given) if isinstance(given, pikepdf.Array) else [given]


def main() -> None:
    limit()
    # Warnings of the renderer quote the page; they go nowhere.
    logging.disable(logging.CRITICAL)
    sys.stdout.buffer.write(render(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
