"""Take a request in. Nothing is looked up about the reference here: known and unknown ones are stored alike."""

import json
import secrets
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from compliance.access.actions import take
from compliance.audit.actions import save_with_history
from compliance.core.actor import Actor
from compliance.core.arrows import check
from compliance.core.errors import TooMany
from compliance.core.keys import ring
from compliance.core.sealing import normal_email
from compliance.delivery.actions import promise
from compliance.subjects import actions as subjects
from compliance.subjects.actions.gpc import note_gpc
from compliance.subjects.actions.lock import lock
from compliance.subjects.models import Subject
from compliance.subjects.queries import emails, sealer
from dsar.actions.expire import expire
from dsar.actions.move import note
from dsar.models import Request
from dsar.queries.claims import Claim
from dsar.rules.arrows import ARROWS, OPEN
from dsar.rules.clocks import clock_for
from dsar.rules.codes import confirm_secret, hashed, new_code, status_code
from dsar.rules.mailboxes import mailbox

# Whoever types a stranger's address must not be able to flood it: mails a day that nobody has confirmed yet.
MAILS_A_DAY = 3
State = Request.State
SELF = Request.About.SELF.value


@dataclass(frozen=True)
class Received:
    """What came of it. `new` is False when the same request was open already: then `request` is that one."""

    request: Request
    status_code: str = field(repr=False)
    confirm_secret: str = field(repr=False)
    new: bool = True


@transaction.atomic
def receive(
    *, reference: str, email: str, residence: str, channel: str, language: str, at: datetime, actor: Actor, gpc: bool = False
) -> Received:
    """A request from the public form: it waits for the link in a mail. The same request twice is one request."""
    index = claim_index("form", reference, normal_email(email))
    claim = Claim(reference=reference, email=email)
    return from_public(index, claim, about=SELF, residence=residence, channel=channel, language=language, gpc=gpc, at=at, actor=actor)


@transaction.atomic
def receive_depicted(*, where: str, email: str, residence: str, language: str, at: datetime, actor: Actor, gpc: bool = False) -> Received:
    """A request of somebody whose face another person uploaded. `where` is where they saw it, and may be empty.

    It has no reference: nothing is matched by itself, and whom it is about an officer finds (H5). It waits for the link like any other.
    """
    index = claim_index("depicted", where.strip(), normal_email(email))
    claim = Claim(reference="", email=email, where=where.strip())
    form, depicted = Request.Channel.FORM, Request.About.DEPICTED
    return from_public(index, claim, about=depicted, residence=residence, channel=form, language=language, gpc=gpc, at=at, actor=actor)


def from_public(index: bytes, claim: Claim, *, at: datetime, actor: Actor, **more: Any) -> Received:
    """Take a public form in, in one time whether the request is new or known."""

    def write(index: bytes) -> Request:
        return from_form(index, claim=claim, at=at, actor=actor, **more)

    known = open_request(index)
    # A link that ended is not mailed again: that request ends, and this one is new.
    if known and not expire(request_id=known.pk, at=at):
        rehearse(write)
        return again(known, email=claim.email, actor=actor, at=at)
    request = write(index)
    announce(request, actor=actor, at=at, topic=mail_topic("dsar.mail_confirm", claim.email, at))
    return received(request)


@transaction.atomic
def receive_with_code(*, subject_id: uuid.UUID, language: str, at: datetime, actor: Actor, gpc: bool = False) -> Received:
    """A request of whoever holds the receipt code of this person's session: verified by that, and ready to decide (H2).

    No address is needed. Where one is on file, the answer goes there, so that nobody can ask in silence.
    """
    # Whoever was joined to an account a moment ago asks for the account.
    subject = lock(subject_id, no_key=True)
    if gpc:
        note_gpc(subject_id=subject.pk, actor=actor, at=at)
    index = claim_index("code", str(subject.pk))
    known = open_request(index)
    if known:
        return received(known, new=False)
    email = next(iter(emails(subject.pk)), "")
    request = new_request(State.DECIDING, index=index, channel=Request.Channel.CODE, language=language, at=at, email=email, actor=actor)
    request.subject, request.verified_how, request.gpc = subject, "receipt_code", gpc
    set_clock(request, subject.jurisdictions)
    store(request, Claim(reference="", email=email), actor=actor)
    announce(request, actor=actor, at=at, topic="dsar.mail_received" if email else "")
    return received(request)


@transaction.atomic
def receive_from_system(*, reference: str, email: str, system: str, language: str, at: datetime, actor: Actor) -> Received:
    """A request through the API: the system has signed the person in, so it is verified and ready to decide.

    Without an address the one on file for the subject gets the answer, so that nobody can ask in silence.
    """
    index = claim_index("api", system, reference)
    known = open_request(index)
    if known:
        return received(known, new=False)
    subject = lock(subjects.know(reference=reference, actor=actor, at=at).pk, no_key=True)
    email = email or next(iter(emails(subject.pk)), "")
    request = new_request(State.DECIDING, index=index, channel=Request.Channel.API, language=language, at=at, email=email, actor=actor)
    request.system, request.subject, request.verified_how = system, subject, "system_session"
    set_clock(request, subject.jurisdictions)
    store(request, Claim(reference=reference, email=email), actor=actor)
    announce(request, actor=actor, at=at, topic="dsar.mail_received" if email else "")
    return received(request)


def claim_index(*parts: str) -> bytes:
    """The blind index by which the same request is recognised."""
    return ring().blind("claim", "\0".join(unicodedata.normalize("NFC", part) for part in parts))


def open_request(index: bytes) -> Request | None:
    """The open request of this claim. Serialises callers with the same claim until their transactions end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(index[:8], signed=True)])
    return Request.objects.filter(claim_index=index, kind=Request.RequestKind.DELETE, state__in=OPEN).first()


def new_request(state: State, *, index: bytes, channel: str, language: str, at: datetime, email: str, actor: Actor) -> Request:
    """An unsaved request in its first state, and the saved requester behind it."""
    check(ARROWS, State.RECEIVED, state)
    requester = subjects.create(kind=Subject.SubjectKind.GUEST, actor=actor, at=at)
    if email:
        subjects.add_contact(subject=requester, email=email)
    key = uuid.uuid4()
    return Request(
        pk=key,
        code=new_code(),
        kind=Request.RequestKind.DELETE,
        state=state,
        channel=channel,
        requester=requester,
        claim_index=index,
        language=language,
        status_code_hash=hashed(status_code(key)),
        received_at=at,
    )


def set_clock(request: Request, places: list[str]) -> None:
    clock = clock_for(places=places, received_at=request.received_at, served=settings.SERVED_JURISDICTIONS)
    request.due, request.due_safe, request.law, request.law_why = clock.due, clock.due_safe, clock.law, clock.why


def from_form(
    index: bytes, *, claim: Claim, about: str, residence: str, channel: str, language: str, gpc: bool, at: datetime, actor: Actor
) -> Request:
    """A stored request of a public form and its requester, not announced yet."""
    email = claim.email
    request = new_request(State.AWAITING_CONFIRMATION, index=index, channel=channel, language=language, at=at, email=email, actor=actor)
    request.residence, request.about, request.gpc = residence, about, gpc
    request.confirm_hash = hashed(confirm_secret(request.pk))
    set_clock(request, [residence] if residence else [])
    store(request, claim, actor=actor)
    return request


def rehearse(write: Callable[[bytes], Request]) -> None:
    """Do the work of a new request and take it back.

    A repeat would else be answered faster than a new request, and a stranger with a watch could tell that this person has
    one open. The index is random, so that nothing is in the way of the one that is open.
    """
    with transaction.atomic():
        write(secrets.token_bytes(32))
        transaction.set_rollback(True)


def store(request: Request, claim: Claim, *, actor: Actor) -> None:
    """Seal the claim and save."""
    request.claim_sealed = sealer(request.requester_id).seal(f"dsar.claim:{request.pk}", json.dumps(asdict(claim)))
    save_with_history(request, actor=actor, reason="received")


def announce(request: Request, *, actor: Actor, at: datetime, topic: str) -> None:
    """Record a new request, and promise the mail named by `topic` (empty: none)."""
    payload = {"state": request.state, "kind": request.kind, "channel": request.channel, "law": request.law}
    payload |= {"about": request.about, "gpc": "1" if request.gpc else ""}
    payload |= {"due": str(request.due or ""), "due_safe": str(request.due_safe or ""), "system": request.system}
    entry = note(request, "received", actor=actor, at=at, payload=payload)
    if topic:
        promise(topic=topic, payload={"request": str(request.pk)}, because=entry, at=at, urgent=True)


def again(request: Request, *, email: str, actor: Actor, at: datetime) -> Received:
    """The same request once more: at most the mail it waits for is sent again. Recorded in any case, as a new one is."""
    waiting = request.state == State.AWAITING_CONFIRMATION
    topic = mail_topic("dsar.mail_confirm" if waiting else "dsar.mail_received", email, at)
    entry = note(request, "received_again", actor=actor, at=at, payload={"mail": topic})
    if topic:
        promise(topic=topic, payload={"request": str(request.pk)}, because=entry, at=at, urgent=True)
    return received(request, new=False)


def mail_topic(topic: str, email: str, at: datetime) -> str:
    """`topic`, or nothing when this address has had its mails for today."""
    try:
        take(use="dsar-mail", who=mailbox(email), limit=MAILS_A_DAY, window=timedelta(days=1), at=at)
    except TooMany:
        return ""
    return topic


def received(request: Request, *, new: bool = True) -> Received:
    return Received(request, status_code(request.pk), confirm_secret(request.pk), new)
