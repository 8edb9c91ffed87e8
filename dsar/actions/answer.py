"""The end of a request: the order is complete, the person is told, and what they wrote to us goes too."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.audit.actions import save_with_history
from compliance.core.actor import Actor
from compliance.delivery.actions import promise
from compliance.subjects.actions import forget_contacts
from consent.actions.erase import erase
from consent.queries import active_releases
from dsar.actions.move import locked, move, note
from dsar.models import Request

State = Request.State


@transaction.atomic
def answer(*, order_id: UUID, actor: Actor, at: datetime) -> int:
    """Answer every request that waits for this order; returns how many. A second call finds none."""
    waiting = Request.objects.select_for_update().filter(order_id=order_id, state=State.RUNNING).order_by("id")
    for request in waiting:
        request.answered_at = at
        entry = move(
            request, State.ANSWERED, verb="answered", actor=actor, at=at, reason="order complete", payload={"order": str(order_id)}
        )
        promise(topic="dsar.mail_answered", payload={"request": str(request.pk)}, because=entry, at=at, urgent=True)
        forget_addresses(request.subject_id, actor=actor, at=at)
    return len(waiting)


def forget_addresses(subject_id: UUID | None, *, actor: Actor, at: datetime) -> None:
    """Everything is gone, so no address on file is needed: the answer goes to the one the request itself brought.

    Whoever signed anew since the order was complete keeps the address given for that.
    """
    if subject_id and not active_releases(subject_id, at):
        forget_contacts(subject_id=subject_id, actor=actor, at=at, reason="a request to delete everything was answered")


@transaction.atomic
def forget(*, request_id: UUID, actor: Actor, at: datetime) -> None:
    """Erase who wrote to us. Stays: dates, kind, channel, answer and grounds, which 11 CCR 7101 wants for 24 months. Idempotent."""
    request = locked(request_id)
    if request.requester.erased_at:
        return
    erase(subject_id=request.requester_id, actor=actor, at=at, reason="the request is closed")
    request.requester.refresh_from_db()
    request.claim_sealed, request.claim_index, request.confirm_hash = b"", secrets.token_bytes(32), None
    save_with_history(request, actor=actor, reason="requester erased")
    note(request, "forgotten", actor=actor, at=at, payload={"state": request.state})
