"""The person takes the request back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.core.actor import Actor
from dsar.actions.answer import forget
from dsar.actions.move import locked, move
from dsar.models import Request


@transaction.atomic
def withdraw_by_person(*, request_id: UUID, actor: Actor, at: datetime) -> Request:
    """Possible until an officer has decided. Who wrote to us is erased at once: there is nobody left to answer."""
    request = locked(request_id)
    move(request, Request.State.WITHDRAWN_BY_PERSON, verb="withdrawn", actor=actor, at=at, reason="taken back by the person", payload={})
    forget(request_id=request.pk, actor=actor, at=at)
    return request
