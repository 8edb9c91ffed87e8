"""Put artifacts into the registry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from compliance.artifacts.models import Artifact
from compliance.audit.actions import Fact, record_all
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


def prepared(*, subject: Subject, system: str, item: NewArtifact, at: datetime) -> Artifact:
    """The row of one artifact, not stored yet."""
    return Artifact(
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


@transaction.atomic
def register_many(*, subject: Subject, artifacts: Sequence[Artifact], actor: Actor, at: datetime) -> None:
    """Store prepared artifacts of one person, a parent before what was made from it, with one ledger entry each: four statements.

    The caller has made sure that none is known yet.
    """
    Artifact.objects.bulk_create(artifacts)
    facts = [
        Fact(
            "artifacts:artifact:registered",
            str(artifact.pk),
            {"system": artifact.system, "category": artifact.category, "store": artifact.store, "due_at": artifact.due_at.isoformat()},
        )
        for artifact in artifacts
    ]
    record_all(facts, actor=actor, at=at, sealer=sealer_of(subject))


def register(*, subject: Subject, system: str, item: NewArtifact, actor: Actor, at: datetime) -> Artifact:
    """Register one artifact with its due date. The caller has made sure that it is not known yet."""
    artifact = prepared(subject=subject, system=system, item=item, at=at)
    register_many(subject=subject, artifacts=[artifact], actor=actor, at=at)
    return artifact
