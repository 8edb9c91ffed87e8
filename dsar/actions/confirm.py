"""The button behind the link in the mail: somebody who reads that mailbox asks."""

import uuid
from datetime import datetime

from django.db import transaction

from compliance.audit.actions import save_with_history
from compliance.core.actor import PERSON, SERVICE, Actor
from compliance.core.errors import NotFound
from compliance.delivery.actions import promise
from compliance.subjects.actions.gpc import note_gpc
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference, has_email
from dsar.actions.move import move, note
from dsar.models import Request
from dsar.queries.claims import claim_of
from dsar.rules.codes import CONFIRM_LIFE, hashed

State = Request.State


@transaction.atomic
def confirm(*, secret: str, actor: Actor, at: datetime) -> Request:
    """Use a link, once. Raises `NotFound` when it is unknown, used or too old: the answer is the same."""
    request = Request.objects.select_for_update().filter(confirm_hash=hashed(secret)).first()
    if request is None or request.received_at + CONFIRM_LIFE <= at:
        raise NotFound("This link does not work any more.")
    request.confirm_hash, request.confirmed_at = None, at
    if request.state != State.AWAITING_CONFIRMATION:
        # An officer was quicker. The link still proves the mailbox and opens the status page.
        save_with_history(request, actor=actor, reason="confirmed later")
        note(request, "confirmed", actor=actor, at=at, payload={"state": request.state})
        return request
    entry = move(request, State.VERIFYING, verb="confirmed", actor=actor, at=at, reason="link used", payload={})
    promise(topic="dsar.mail_received", payload={"request": str(request.pk)}, because=entry, at=at, urgent=True)
    match(request, at=at)
    return request


def match(request: Request, *, at: datetime) -> None:
    """Verify at once when the claimed address is on file for the claimed reference; else an officer looks."""
    claim = claim_of(request)
    subject = by_reference(claim.reference)
    # The second look-up runs for an unknown reference too, so that both take the same time.
    on_file = has_email(subject.pk if subject else uuid.uuid4(), claim.email)
    if subject and on_file:
        accept(request, subject=subject, how="email_on_file", verb="matched", actor=SERVICE, at=at, reason="address on file")


def accept(request: Request, *, subject: Subject, how: str, verb: str, actor: Actor, at: datetime, reason: str) -> None:
    """The request is about `subject`: ready to decide."""
    request.subject, request.verified_how = subject, how
    # Now it is known whose browser said it. Somebody in another person's picture said nothing for that person.
    if request.gpc and request.about == Request.About.SELF:
        note_gpc(subject_id=subject.pk, actor=PERSON, at=at)
    move(request, State.DECIDING, verb=verb, actor=actor, at=at, reason=reason, payload={"how": how})
