"""What an officer decides: who it is, yes, or no. The edge checks the permission `dsar.decide_request`."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.core.actor import Actor
from compliance.core.arrows import check
from compliance.core.errors import Conflict, FieldError, Invalid
from compliance.delivery.actions import promise
from compliance.erasure import actions as erasure
from compliance.subjects.queries import by_reference
from consent import actions as consent
from dsar.actions.confirm import accept
from dsar.actions.move import locked, move
from dsar.models import Request
from dsar.queries.claims import claim_of
from dsar.rules.arrows import ARROWS
from dsar.rules.clocks import right
from dsar.rules.grounds import GROUNDS, NO_RECORD

State = Request.State
MIN_REASON = 3


@transaction.atomic
def verify(*, request_id: UUID, actor: Actor, at: datetime, reason: str, subject_reference: str = "") -> Request:
    """The person is who they say: accept the claimed reference, or name another one that the officer found.

    Raises `Invalid` when we hold no record under that reference.
    """
    needs(reason)
    request = locked(request_id)
    check(ARROWS, State(request.state), State.DECIDING)
    subject = by_reference(subject_reference or claim_of(request).reference)
    if subject is None:
        raise Invalid(
            "We hold no record under this reference. Enter the reference of the record that is meant, or refuse.",
            [FieldError("/subject_reference", "not known here")],
        )
    accept(request, subject=subject, how="officer", verb="verified", actor=actor, at=at, reason=reason)
    return request


@transaction.atomic
def approve(*, request_id: UUID, actor: Actor, at: datetime, reason: str) -> Request:
    """Yes: the order, the end of every release and the decision stand or fall together; the consent check denies from here on."""
    needs(reason)
    request = locked(request_id)
    check(ARROWS, State(request.state), State.RUNNING)
    if request.subject_id is None:
        raise Conflict("It is not clear yet whom this request is about. Verify it first.")
    order = erasure.order(
        subject_id=request.subject_id,
        reason="request",
        rule=right(request.law),
        origin=f"dsar:request:{request.pk}",
        artifacts=None,
        decided_by=actor.name,
        actor=actor,
        at=at,
    )
    if order is None:
        raise Conflict("There is no order to carry out.")
    consent.end_for_erasure(subject_id=request.subject_id, order_id=order.pk, actor=actor, at=at)
    request.order, request.decided_at, request.decided_by = order, at, actor.name
    move(request, State.RUNNING, verb="approved", actor=actor, at=at, reason=reason, payload={"order": str(order.pk)})
    return request


@transaction.atomic
def refuse(*, request_id: UUID, grounds: str, actor: Actor, at: datetime, reason: str) -> Request:
    """No, on one of the closed list of grounds; the person is told which, and how to complain.

    Raises `Invalid` for "no record" while there is one: the person would be told something untrue.
    """
    needs(reason)
    if grounds not in GROUNDS:
        raise Invalid("Choose one of the grounds.", [FieldError("/grounds", f"one of {', '.join(GROUNDS)}")])
    request = locked(request_id)
    check(ARROWS, State(request.state), State.REFUSED)
    if grounds == NO_RECORD and (request.subject_id or by_reference(claim_of(request).reference)):
        raise Invalid("We do hold a record under this reference. Choose other grounds.", [FieldError("/grounds", "there is a record")])
    request.grounds, request.decided_at, request.decided_by = grounds, at, actor.name
    entry = move(request, State.REFUSED, verb="refused", actor=actor, at=at, reason=reason, payload={"grounds": grounds})
    promise(topic="dsar.mail_refused", payload={"request": str(request.pk)}, because=entry, at=at, urgent=True)
    return request


def needs(reason: str) -> None:
    """Every decision carries a reason: it is what a court or the person will ask for."""
    if len(reason.strip()) < MIN_REASON:
        raise Invalid("Say why, in a few words.", [FieldError("/reason", "a few words")])
