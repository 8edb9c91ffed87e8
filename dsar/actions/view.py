"""Looking is an act too, where what is looked at names a person."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.core.actor import Actor
from dsar.actions.move import note
from dsar.models import Request


@transaction.atomic
def note_view(*, request_id: UUID, actor: Actor, at: datetime) -> None:
    """Record that an officer opened the person's reference and address."""
    request = Request.objects.select_related("requester").get(pk=request_id)
    note(request, "viewed", actor=actor, at=at, payload={"opened": ["reference", "email"]})
