"""A notice's text as a page shows it: the same characters in the same order, with headings and lists marked up."""

from dataclasses import dataclass

from consent.rules.notices import BULLET


@dataclass(frozen=True)
class Section:
    """A heading and its blocks: each a paragraph (one line) or a list (lines that begin with a bullet)."""

    heading: str
    blocks: tuple[tuple[str, ...], ...]


def sections(body: str) -> list[Section]:
    """Read the shape that `rules.notices.body` writes."""
    return [_section(part.split("\n")) for part in body.split("\n\n")]


def _section(lines: list[str]) -> Section:
    blocks: list[list[str]] = []
    for line in lines[1:]:
        if line.startswith(BULLET) and blocks and blocks[-1][0].startswith(BULLET):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return Section(lines[0], tuple(map(tuple, blocks)))
