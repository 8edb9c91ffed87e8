"""Who received what of a person, when and on which ground (E5); and how their face was used (I3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.core.clock import to_text
from compliance.profiles.queries import party_names
from consent.models import Use
from consent.queries.training import everyone
from consent.rules.exceptions import exemptions
from consent.rules.uses import EXEMPT, EXPLAINED, in_words

# Enough for any person; a report that is longer says so.
MOST = 10_000


@dataclass(frozen=True)
class Disclosed:
    """One disclosure. `basis` is a sentence; `release` is set where it rests on consent; not `explained` is a violation."""

    at: datetime
    recipient: str
    name: str
    purpose: str
    artifact: str
    system: str
    basis: str
    release: UUID | None
    exception: str
    explained: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "at": to_text(self.at),
            "recipient": self.recipient,
            "name": self.name,
            "purpose": self.purpose,
            "artifact": self.artifact or None,
            "system": self.system,
            "basis": self.basis,
            "release": str(self.release) if self.release else None,
            "exception": self.exception or None,
            "explained": self.explained,
        }


def uses_of(subject_id: UUID) -> list[Use]:
    """How the face of a person was used, the newest first."""
    return list(Use.objects.filter(subject_id__in=everyone(subject_id)).order_by("-at", "-pk")[:MOST])


def disclosures_of(subject_id: UUID) -> list[Disclosed]:
    """The disclosure log of one person, the oldest first."""
    mine = Use.objects.filter(subject_id__in=everyone(subject_id), kind=Use.UseKind.DISCLOSURE)
    rows = list(mine.order_by("at", "pk")[:MOST])
    names = party_names(sorted({row.recipient for row in rows}))
    return [_disclosed(row, names[row.recipient]) for row in rows]


def _disclosed(row: Use, name: str) -> Disclosed:
    return Disclosed(
        at=row.at,
        recipient=row.recipient,
        name=name,
        purpose=row.purpose,
        artifact=row.external_id,
        system=row.system,
        basis=basis(row),
        release=row.release_id,
        exception=row.exception if row.reason == EXEMPT else "",
        explained=row.reason in EXPLAINED,
    )


def basis(row: Use) -> str:
    """Consent, a section of a law, or that nothing explains it and why."""
    if row.reason == EXEMPT:
        rule = exemptions()[row.exception]
        return f"{rule.cite}: {rule.words}"
    if row.reason in EXPLAINED:
        return "The person consented."
    return f"Nothing explains it: {in_words(row)}."
