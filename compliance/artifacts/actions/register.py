"""Put an artifact into the registry."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from compliance.artifacts.models import Artifact
from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Subject


@dataclass(frozen=True)
class NewArtifact:
    """What a system says of a thing it stored, with the due date that was computed for it."""

    external_id: str
    category: str
    purpose: str
    store: str
    biometric: bool
    size: int | None
    created_at: datetime
    due_at: datetime
    due_why: tuple[str, ...]
    derived_from: Artifact | None = None


@transaction.atomic
def register(*, subject: Subject, system: str, item: NewArtifact, actor: Actor, at: datetime) -> Artifact:
    """Register one artifact with its due date. The caller has made sure that it is not known yet."""
    artifact = Artifact.objects.create(
        system=system,
        external_id=item.external_id,
        subject=subject,
        category=item.category,
        purpose=item.purpose,
        store=item.store,
        biometric=item.biometric,
        size=item.size,
        derived_from=item.derived_from,
        created_at=item.created_at,
        registered_at=at,
        due_at=item.due_at,
        due_why=list(item.due_why),
    )
    record(
        kind="artifacts:artifact:registered",
        object_id=str(artifact.pk),
        actor=actor,
        at=at,
        payload={"system": system, "category": item.category, "store": item.store, "due_at": item.due_at.isoformat()},
        sealer=sealer_of(subject),
    )
    return artifact
