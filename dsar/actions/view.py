"""Looking is an act too, where what is looked at names a person."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from compliance.access.actions import take
from compliance.core.actor import Actor
from compliance.core.errors import TooMany
from dsar.actions.move import note
from dsar.models import Request


@transaction.atomic
def note_view(*, request_id: UUID, actor: Actor, at: datetime) -> None:
    """Record that an officer opened the person's reference and address: once an hour (by the clock) for each officer and request."""
    # By the account, not the name in the ledger: two officers may share a name, and each leaves a trace of their own.
    who = f"{actor.officer.pk if actor.officer else actor.name}:{request_id}"
    try:
        take(use="dsar-view", who=who, limit=1, window=timedelta(hours=1), at=at)
    except TooMany:
        return
    request = Request.objects.select_related("requester").get(pk=request_id)
    note(request, "viewed", actor=actor, at=at, payload={"opened": ["reference", "email"]})
