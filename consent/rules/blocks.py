"""Where a law lets no consent stand for a purpose: rows of `data/consent_blocks.csv`, each with its section."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from compliance.law.regimes import effective

FILE = Path(__file__).parent.parent / "data" / "consent_blocks.csv"


@dataclass(frozen=True)
class Block:
    """One row. `purpose` is a purpose, or `disclose:*` for every party. `source`: read, secondary, or our interpretation."""

    id: str
    jurisdiction: str
    purpose: str
    cite: str
    source: str
    why: str

    def covers(self, purpose: str) -> bool:
        return purpose == self.purpose or (self.purpose.endswith(":*") and purpose.startswith(self.purpose[:-1]))


@cache
def blocks() -> tuple[Block, ...]:
    """All rows, in the order of the file."""
    with FILE.open(encoding="utf8", newline="") as file:
        return tuple(Block(**row) for row in csv.DictReader(file))


def blocked(purpose: str, jurisdictions: Iterable[str], served: Iterable[str]) -> Block | None:
    """The row that forbids this purpose to a person of these places, or None.

    No place, or one we do not know, adds all that the operator serves: nobody has less protection for being unknown.
    """
    return _blocked(purpose, tuple(jurisdictions), tuple(served))


@lru_cache(maxsize=10_000)
def _blocked(purpose: str, jurisdictions: tuple[str, ...], served: tuple[str, ...]) -> Block | None:
    places = {place.code for place in effective(jurisdictions, served)}
    return next((block for block in blocks() if block.jurisdiction in places and block.covers(purpose)), None)
