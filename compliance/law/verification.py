"""How surely a person must be known before a request is carried out, per law and request type, as rows of data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from compliance.law import regimes
from compliance.law.clocks import SYNONYMS
from compliance.law.tables import Row, rows, words


class Level(IntEnum):
    """`NONE`: find the record, no more. `REASONABLE`: two matching facts. `REASONABLY_HIGH`: three and a signed declaration."""

    NONE = 0
    REASONABLE = 1
    REASONABLY_HIGH = 2


@dataclass(frozen=True)
class Verification:
    """One row: what `law` asks for requests of `types`. `law` may be `*` (all) or `US` (state laws without a row of their own)."""

    law: str
    types: tuple[str, ...]
    level: Level
    citation: str
    source_status: str
    words: str


@cache
def verifications() -> tuple[Verification, ...]:
    """All rows."""
    return tuple(_verification(row) for row in rows("verification"))


def required(jurisdictions: Iterable[str], request_type: str, operator_served: Iterable[str] = ()) -> Verification:
    """The row with the highest level among the laws that protect a person; types that every law leaves free stay free.

    A type that no row names (or a person whom no law protects) gets the level `REASONABLE`: nothing is handed out unasked.
    """
    kind = SYNONYMS.get(request_type, request_type)
    free = _row("*", kind)
    if free:
        return free
    places = regimes.effective(jurisdictions, operator_served)
    laws = [regimes.laws()[law] for place in places for law in place.request_laws]
    found = [row for law in laws if (row := _row(law.code, kind) or _row(law.family, kind))]
    return max(found, key=lambda row: row.level, default=_UNNAMED)


_UNNAMED = Verification("", (), Level.REASONABLE, "", "FROM_MEMORY", "No law names this case: two facts that match what is held.")


def _row(law: str, kind: str) -> Verification | None:
    return next((row for row in verifications() if row.law == law and kind in row.types), None)


def _verification(row: Row) -> Verification:
    level = Level[row["level"].upper()]
    return Verification(row["law"], words(row["types"]), level, row["citation"], row["source_status"], row["words"])
