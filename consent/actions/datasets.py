"""Name a set that a system trains, measures or checks quality on."""

from datetime import datetime

from django.db import transaction

from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.errors import Conflict
from consent.models import Dataset


@transaction.atomic
def make_dataset(*, name: str, purpose: str, system: str, actor: Actor, at: datetime) -> Dataset:
    """A dataset for one purpose, for good: what people allowed for one purpose never moves to another.

    Raises `Conflict` when the system has one of this name.
    """
    if Dataset.objects.filter(system=system, name=name).exists():
        raise Conflict(f"This system has a dataset “{name}” already. Its purpose stays as it is; use another name for another purpose.")
    made = Dataset(name=name, purpose=purpose, system=system, made_at=at)
    save_with_history(made, actor=actor, reason="created")
    record(
        kind="consent:dataset:created",
        object_id=str(made.pk),
        actor=actor,
        at=at,
        payload={"name": name, "purpose": purpose, "system": system},
    )
    return made
