"""What a connected system says of a person, and that checks must look at that person again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from compliance.core.actor import Actor
from compliance.subjects.actions.describe import describe
from compliance.subjects.models import Subject
from consent.actions.change import change
from consent.models import Change


@transaction.atomic
def describe_subject(
    *,
    reference: str,
    actor: Actor,
    at: datetime,
    kind: str | None = None,
    age: str | None = None,
    jurisdictions: Sequence[str] | None = None,
    last_interaction_at: datetime | None = None,
) -> Subject:
    """As `subjects.actions.describe`; a change goes into the feed, because age, place and last contact decide what a check answers."""
    described = describe(
        reference=reference, actor=actor, at=at, kind=kind, age=age, jurisdictions=jurisdictions, last_interaction_at=last_interaction_at
    )
    if described.changed:
        change(event=Change.Event.SUBJECT, at=at, subject_id=described.subject.pk)
    return described.subject
