"""When a disclosure needs no consent: the rows of `data/disclosure_exceptions.csv`, a closed list, each with its section."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compliance.law.regimes import effective

TABLE = Path(__file__).parent.parent / "data" / "disclosure_exceptions.csv"
# A claim of consent is proven by a release or not at all.
CONSENT = "consent"


@dataclass(frozen=True)
class Exemption:
    """One row. `ground` is the same word where several laws have the same exception; a place may end with `*`."""

    code: str
    jurisdictions: tuple[str, ...]
    ground: str
    cite: str
    source: str
    words: str

    def covers(self, place: str) -> bool:
        return any(place.startswith(name[:-1]) if name.endswith("*") else place == name for name in self.jurisdictions)


@cache
def exemptions() -> dict[str, Exemption]:
    """Every row, by its code."""
    with TABLE.open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["code"]: Exemption(row["code"], tuple(row["jurisdictions"].split("|")), row["ground"], row["cite"], row["source"], row["words"])
        for row in rows
    }


def exempt(code: str, jurisdictions: Iterable[str], served: Iterable[str]) -> bool:
    """Whether the exception `code` lets a disclosure about a person of these places happen without consent.

    It is one of their law; and where several of their laws limit disclosure, each must have one on the same ground. Who has no
    place on record is under all that the operator serves.
    """
    claimed = exemptions().get(code)
    if claimed is None or claimed.ground == CONSENT:
        return False
    places = [place.code for place in effective(jurisdictions, served)]
    grounds = [{row.ground for row in exemptions().values() if row.covers(place)} for place in places]
    return any(claimed.covers(place) for place in places) and all(claimed.ground in of_place for of_place in grounds if of_place)
