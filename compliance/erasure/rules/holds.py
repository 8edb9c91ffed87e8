"""What a hold may stop: rows of law, one reader, and the allowed state changes.

740 ILCS 14/15(a) lets a private entity keep a biometric identifier past its time for a valid warrant or subpoena of a court
and for nothing else; an operator's own litigation hold is not in the text. GDPR 17(3)(e), CCPA 1798.145(a) and RCW
19.375.020(4)(b) know claims and laws as grounds (law/rules.md, part B). Where a law does not, nothing is destroyed silently
and nothing is kept silently: the hold blocks, and counsel must decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from compliance.core.errors import FieldError
from compliance.erasure.models import Hold

State, Authority = Hold.State, Hold.Authority

HOLD_ARROWS: Mapping[str, frozenset[str]] = {
    State.PROPOSED: frozenset({State.ACTIVE, State.ESCALATED, State.REJECTED}),
    State.ACTIVE: frozenset({State.RELEASE_PROPOSED}),
    State.ESCALATED: frozenset({State.RELEASE_PROPOSED}),
    State.RELEASE_PROPOSED: frozenset({State.RELEASED, State.ACTIVE, State.ESCALATED}),
    State.RELEASED: frozenset(),
    State.REJECTED: frozenset(),
}
COURT = frozenset({Authority.WARRANT, Authority.SUBPOENA})


@dataclass(frozen=True)
class Narrow:
    """A law that binds destruction, the authorities it lets suspend it, and where it says so. Biometric artifacts only."""

    jurisdiction: str
    authorities: frozenset[str]
    citation: str


# Only the laws whose list is narrower than "whatever the law demands"; every other one knows all four.
NARROW: Sequence[Narrow] = (
    Narrow("IL", COURT, "740 ILCS 14/15(a): only a valid warrant or subpoena of a court"),
    Narrow("TX", COURT | {Authority.STATUTE}, "Tex. Bus. & Com. Code 503.001(c)(3), (c-1): only a law that demands it, or a court"),
)
# The longest time until somebody must look at a hold again.
LONGEST_REVIEW_DAYS = 365


class Effect(StrEnum):
    """What a hold does to one artifact: `suspend` its destruction lawfully, or `escalate`: block it and ask counsel."""

    SUSPEND = "suspend"
    ESCALATE = "escalate"


def effect(*, authority: str, biometric: bool, jurisdictions: Iterable[str]) -> tuple[Effect, tuple[str, ...]]:
    """The effect under the laws that protect a person, and the laws that know no such exception, in words."""
    places = set(jurisdictions)
    missing = tuple(row.citation for row in NARROW if biometric and row.jurisdiction in places and authority not in row.authorities)
    return (Effect.ESCALATE if missing else Effect.SUSPEND), missing


def refusals(*, reference: str, owner: str, document_sha256: str, review_on: date, today: date, artifacts: int) -> list[FieldError]:
    """What a hold lacks, one remedy each (X42: no hold without authority, document, owner, review date and named artifacts)."""
    found = []
    if not reference.strip():
        found.append(FieldError("/reference", "Name the file number of the court, the section of the law, or the matter."))
    if not owner.strip():
        found.append(FieldError("/owner", "Name the person who answers for this hold."))
    if len(document_sha256) != 64:
        found.append(FieldError("/document", "Hand in the document: its fingerprint is kept with the hold."))
    if not today < review_on or (review_on - today).days > LONGEST_REVIEW_DAYS:
        found.append(FieldError("/review_on", f"Choose a review date after today and within {LONGEST_REVIEW_DAYS} days."))
    if not artifacts:
        found.append(FieldError("/artifacts", "Name the artifacts. A hold over everything does not exist."))
    return found
