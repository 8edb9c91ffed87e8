"""Note that a model was trained, on which snapshots, and that it was destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from compliance.artifacts.models import Artifact
from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.errors import Conflict, FieldError, Invalid, NotFound
from compliance.core.taxonomy import Category
from consent.models import Member, ModelVersion, Snapshot, Training
from consent.queries.training import everyone
from consent.rules.training import PURPOSE_OF, Kind

# A system's clock may run ahead of ours by this much.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class NewModel:
    """What a system says of a model it trained. `artifact` is the external id of a personal model; `replaces` an earlier model."""

    name: str
    version: str
    kind: str
    snapshots: tuple[UUID, ...]
    trained_at: datetime
    artifact: str | None = None
    replaces: UUID | None = None


@transaction.atomic
def note_model(*, new: NewModel, system: str, actor: Actor, at: datetime) -> ModelVersion:
    """Record a model with the snapshots it saw.

    Raises `NotFound` for a snapshot, artifact or earlier model that this system does not have, `Conflict` for a name and version
    that it has already, `Invalid` for a lineage that cannot be: another kind's dataset, other people in a personal model, a
    training before its snapshot.
    """
    if new.trained_at > at + CLOCK_SKEW:
        raise Invalid("trained_at lies in the future.", [FieldError("/trained_at", "check the clock and send UTC")])
    if ModelVersion.objects.filter(system=system, name=new.name, version=new.version).exists():
        raise Conflict("This system has a model of this name and version already. A model is recorded once; use a new version.")
    artifact = _artifact(new, system)
    snapshots = _snapshots(new, system)
    replaces = model_of(new.replaces, system) if new.replaces else None
    _lineage(new, snapshots, artifact)
    if replaces and replaces.kind != new.kind:
        raise Invalid("A model replaces one of its own kind.", [FieldError("/replaces", f"a {new.kind} model")])
    model = ModelVersion(
        system=system,
        name=new.name,
        version=new.version,
        kind=new.kind,
        artifact=artifact,
        trained_at=new.trained_at,
        replaces=replaces,
    )
    save_with_history(model, actor=actor, reason="trained")
    Training.objects.bulk_create(Training(model=model, snapshot=snapshot) for snapshot in snapshots)
    record(
        kind="consent:model:trained",
        object_id=str(model.pk),
        actor=actor,
        at=at,
        payload={"name": new.name, "version": new.version, "kind": new.kind, "snapshots": [str(s.pk) for s in snapshots]},
        subject_id=artifact.subject_id if artifact else None,
    )
    return model


@transaction.atomic
def note_destroyed(*, model_id: UUID, system: str, actor: Actor, at: datetime) -> ModelVersion:
    """Note that a model no longer exists. Saying it again changes nothing.

    Raises `NotFound`, and `Conflict` for a personal model that was not read back as absent: its destruction is ordered and proven.
    """
    model = model_of(model_id, system, lock=True)
    if model.destroyed_at:
        return model
    if model.artifact and model.artifact.gone_at is None:
        raise Conflict("This model is an artifact of one person and is still there. Order its deletion: POST /api/v1/deletions.")
    model.destroyed_at = at
    save_with_history(model, actor=actor, reason="destroyed")
    record(
        kind="consent:model:destroyed",
        object_id=str(model.pk),
        actor=actor,
        at=at,
        payload={"name": model.name, "version": model.version},
        subject_id=model.artifact.subject_id if model.artifact else None,
    )
    return model


def model_of(model_id: UUID, system: str, *, lock: bool = False) -> ModelVersion:
    """A model of this system. Raises `NotFound`: another system's does not exist."""
    rows = ModelVersion.objects.select_related("artifact")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(pk=model_id, system=system).first()
    if found is None:
        raise NotFound("There is no such model of this system.")
    return found


def _artifact(new: NewModel, system: str) -> Artifact | None:
    """The registered artifact that a personal model is (D3). A shared model is nobody's."""
    if new.kind == Kind.SHARED:
        if new.artifact is not None:
            raise Invalid("A shared model is nobody’s artifact.", [FieldError("/artifact", "leave it out, or say kind personal")])
        return None
    found = Artifact.objects.filter(system=system, external_id=new.artifact or "").first()
    if found is None:
        raise NotFound("A personal model is an artifact. Register it first: POST /api/v1/artifacts, category personal_model.")
    if found.category != Category.PERSONAL_MODEL:
        raise Invalid("This artifact is no model.", [FieldError("/artifact", "must be of the category personal_model")])
    if ModelVersion.objects.filter(artifact=found).exists():
        raise Conflict("This artifact is recorded as another model. Each personal model is an artifact of its own.")
    return found


def _snapshots(new: NewModel, system: str) -> list[Snapshot]:
    wanted = set(new.snapshots)
    found = list(Snapshot.objects.select_related("dataset").filter(pk__in=wanted, dataset__system=system).order_by("at"))
    if len(found) != len(wanted):
        raise NotFound("This system has no such snapshot.")
    if not found and new.kind == Kind.SHARED:
        raise Invalid("A shared model was trained on something.", [FieldError("/snapshots", "name every snapshot that it saw")])
    return found


def _lineage(new: NewModel, snapshots: Sequence[Snapshot], artifact: Artifact | None) -> None:
    """Raises `Invalid` for what cannot be true, or may not be."""
    purpose = PURPOSE_OF[new.kind]
    if any(snapshot.dataset.purpose != purpose for snapshot in snapshots):
        raise Invalid(
            "A snapshot was taken for another purpose than this kind of model.", [FieldError("/snapshots", f"datasets for {purpose} only")]
        )
    if any(snapshot.at > new.trained_at + CLOCK_SKEW for snapshot in snapshots):
        raise Invalid("A model cannot have seen a snapshot that was taken later.", [FieldError("/trained_at", "later than its snapshots")])
    if artifact and Member.objects.filter(snapshot__in=snapshots).exclude(subject_id__in=everyone(artifact.subject_id)).exists():
        raise Invalid("A personal model saw one person alone.", [FieldError("/snapshots", "a snapshot holds other people")])
