"""Open and resolve violations. One open row a thing: a second finding does not hide the age of the first."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.artifacts.models import Artifact, Violation
from compliance.audit.actions import record
from compliance.core.actor import SERVICE, Actor
from compliance.core.errors import Conflict
from compliance.subjects.models import Subject

# What happened once and cannot be undone: no destruction and no reading ever closes it.
EXPLAINABLE = frozenset({Violation.ViolationKind.UNEXPLAINED_USE, Violation.ViolationKind.FACE_DATA_SENT})


@transaction.atomic
def violation(
    *, kind: str, system: str, actor: Actor, at: datetime, external_id: str = "", category: str = "", subject: Subject | None = None
) -> Violation:
    """Note a violation; returns the open one of the same kind and thing where there is one."""
    row, new = Violation.objects.get_or_create(
        kind=kind,
        system=system,
        external_id=external_id,
        resolved_at=None,
        defaults={"category": category[:60], "subject": subject, "found_at": at},
    )
    if new:
        record(
            kind=f"artifacts:violation:{kind}",
            object_id=str(row.pk),
            actor=actor,
            at=at,
            payload={"system": system, "category": category[:60]},
            subject_id=subject.pk if subject else None,
        )
    return row


def violation_of(*, artifact: Artifact, kind: str, at: datetime) -> Violation:
    """The same, found by the service itself about an artifact of the registry."""
    return violation(
        kind=kind,
        system=artifact.system,
        external_id=artifact.external_id,
        category=artifact.category,
        subject=artifact.subject,
        actor=SERVICE,
        at=at,
    )


@transaction.atomic
def resolve(*, system: str, external_id: str, actor: Actor, at: datetime, resolution: str) -> int:
    """Resolve what is open about one thing; returns how many violations that were."""
    rows = list(Violation.objects.select_for_update().filter(system=system, external_id=external_id, resolved_at=None))
    for row in rows:
        row.resolved_at, row.resolution = at, resolution
        row.save()
        record(
            kind="artifacts:violation:resolved",
            object_id=str(row.pk),
            actor=actor,
            at=at,
            payload={"kind": row.kind, "resolution": resolution},
            subject_id=row.subject_id,
        )
    return len(rows)


@transaction.atomic
def explain(*, violation_id: UUID, actor: Actor, at: datetime, reason: str) -> Violation:
    """Close a violation that nothing else ever closes, with an officer's words for how it came about and what was done.

    Raises `Conflict` for one that is closed, and for a kind that closes when the thing itself is in order.
    """
    row = Violation.objects.select_for_update().get(pk=violation_id)
    if row.resolved_at is not None:
        raise Conflict("This is closed already.")
    if row.kind not in EXPLAINABLE:
        raise Conflict("This closes by itself when the thing is destroyed, or in order again. Words do not close it.")
    row.resolved_at, row.resolution = at, reason[:100]
    row.save(update_fields=["resolved_at", "resolution"])
    record(
        kind="artifacts:violation:explained",
        object_id=str(row.pk),
        actor=actor,
        at=at,
        payload={"kind": row.kind, "reason": row.resolution},
        subject_id=row.subject_id,
    )
    return row


def face_data_sent(*, system: str, at: datetime) -> None:
    """A client sent a picture or a vector: it was refused unread, and the system it speaks for is in violation."""
    violation(kind=Violation.ViolationKind.FACE_DATA_SENT, system=system, actor=SERVICE, at=at)
