"""The end of requests that nobody confirmed: whose address it was, we never learnt, so we do not keep it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.core.actor import SERVICE
from dsar.actions.answer import forget
from dsar.actions.move import locked, move
from dsar.models import Request
from dsar.rules.codes import CONFIRM_LIFE
from dsar.rules.grounds import NOT_CONFIRMED

State = Request.State


def expire_unconfirmed(*, at: datetime) -> int:
    """Close every request whose link ended unused by `at`; returns how many. Each in a transaction of its own."""
    ended = Request.objects.filter(state=State.AWAITING_CONFIRMATION, received_at__lte=at - CONFIRM_LIFE).order_by("received_at")
    return sum(expire(request_id=key, at=at) for key in list(ended.values_list("pk", flat=True)))


@transaction.atomic
def expire(*, request_id: UUID, at: datetime) -> bool:
    """Close one request if its link ended unused by `at`, and erase who wrote; says whether it did.

    No mail goes out: nobody ever said that the address is theirs.
    """
    request = locked(request_id)
    if request.state != State.AWAITING_CONFIRMATION or request.received_at + CONFIRM_LIFE > at:
        return False
    request.grounds, request.decided_at, request.decided_by = NOT_CONFIRMED, at, SERVICE.name
    move(request, State.REFUSED, verb="expired", actor=SERVICE, at=at, reason="link never used", payload={"grounds": NOT_CONFIRMED})
    forget(request_id=request.pk, actor=SERVICE, at=at)
    return True
