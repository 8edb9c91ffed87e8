"""How long a law lets a consent stand: the reader of `data/consent_terms.csv`.

A row counts from the signature (then the release ends by itself) or from the last contact with the person (then it goes stale).
Who has no place on record is under the strictest of the places that the operator serves.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from compliance.core.durations import Duration
from compliance.law.regimes import effective

TABLE = Path(__file__).parent.parent / "data" / "consent_terms.csv"
SIGNED, LAST_INTERACTION = "signed", "last_interaction"


@dataclass(frozen=True)
class Term:
    """One row. `purposes` are names, or ends with `*` for all that begin so; `cite` and `words` go into ledger and orders."""

    law: str
    jurisdictions: frozenset[str]
    cite: str
    counts_from: str
    length: Duration
    purposes: tuple[str, ...]
    becomes: str
    words: str

    def holds_for(self, purpose: str, places: Iterable[str]) -> bool:
        return not self.jurisdictions.isdisjoint(places) and any(
            purpose.startswith(name[:-1]) if name.endswith("*") else purpose == name for name in self.purposes
        )


@cache
def terms() -> tuple[Term, ...]:
    """Every row of the table, in its order."""
    with TABLE.open(encoding="utf8", newline="") as file:
        return tuple(
            Term(
                law=row["law"],
                jurisdictions=frozenset(row["jurisdictions"].split("|")),
                cite=row["cite"],
                counts_from=row["counts_from"],
                length=Duration.parse(row["length"]),
                purposes=tuple(row["purposes"].split("|")),
                becomes=row["becomes"],
                words=row["words"],
            )
            for row in csv.DictReader(file)
        )


def applying(jurisdictions: Sequence[str], purpose: str, served: Sequence[str], counts_from: str) -> list[Term]:
    """The rows for a person in these places and this purpose, that count from `counts_from`."""
    places = [place.code for place in effective(jurisdictions, served)]
    return [term for term in terms() if term.counts_from == counts_from and term.holds_for(purpose, places)]


def stale_at(jurisdictions: Sequence[str], last_interaction_at: datetime, purpose: str, served: Sequence[str]) -> datetime | None:
    """When a release for `purpose` goes stale, the earliest of the rows that apply; None where no law says so."""
    ends = [term.length.after(last_interaction_at) for term in applying(jurisdictions, purpose, served, LAST_INTERACTION)]
    return min(ends, default=None)


def longest_term(jurisdictions: Sequence[str], signed_at: datetime, purpose: str, served: Sequence[str]) -> datetime | None:
    """The last moment at which a release signed at `signed_at` may still stand by law; None where no law sets one."""
    return min((term.length.after(signed_at) for term in applying(jurisdictions, purpose, served, SIGNED)), default=None)
