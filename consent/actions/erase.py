"""The end of a person's record with us, told to everybody who keeps a copy of decisions."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.core.actor import Actor
from compliance.subjects.actions import destroy_key
from compliance.subjects.models import Subject
from compliance.subjects.queries import everyone
from consent.actions.change import change
from consent.models import Change


@transaction.atomic
def erase(*, subject_id: UUID, actor: Actor, at: datetime, reason: str) -> None:
    """Destroy the key (`subjects.actions.destroy_key`), and let copies drop the person. Idempotent.

    Of somebody whom the feed never named, no copy holds anything: it is not told of them either.
    """
    if Subject.objects.select_for_update().get(pk=subject_id).erased_at:
        return
    destroy_key(subject_id=subject_id, actor=actor, at=at, reason=reason)
    if Change.objects.filter(subject__in=everyone(subject_id)).exists():
        change(event=Change.Event.ERASURE, at=at, subject_id=subject_id)
