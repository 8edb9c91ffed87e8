"""Everything the officer's page of one request shows, and why."""

from dataclasses import dataclass, field
from datetime import datetime

from compliance.artifacts.models import Artifact
from compliance.audit.models import Entry
from compliance.core.taxonomy import IN_WORDS, Category
from compliance.erasure.models import Order, Outcome
from compliance.erasure.queries import progress
from compliance.evidence.models import Document
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference, has_email
from dsar.models import Request
from dsar.queries.certificates import certificates
from dsar.queries.claims import Claim, claim_of
from dsar.rules.arrows import ARROWS, UNDECIDED
from dsar.rules.clocks import law_name
from dsar.rules.grounds import GROUNDS
from dsar.rules.places import name as place_name
from dsar.rules.words import in_words

# Rows shown of a long list; the page says how many there are in all.
SHOWN = 200
State = Request.State
# Entries about a request that change nothing of it: all others are written with one row of the history.
LEAVE_NO_VERSION = tuple(f"dsar:request:{verb}" for verb in ("received_again", "mailed", "undeliverable", "viewed"))
HOW = {
    "email_on_file": "The address is on file for this reference, and the link in the mail to it was used.",
    "officer": "An officer accepted it.",
    "system_session": "The product had signed the person in.",
    "receipt_code": "The receipt code of the person’s session was used.",
}


@dataclass(frozen=True)
class Row:
    """One artifact: what it is, where, what it was made from, and what became of it."""

    words: str
    category: str
    system: str
    store: str
    made_from: str
    created_at: datetime
    due_at: datetime
    rung: str
    reached_at: datetime | None
    detail: str


@dataclass(frozen=True)
class Event:
    """One line of the timeline."""

    at: datetime
    words: str
    who: str
    role: str


@dataclass(frozen=True)
class Version:
    """One row of the history; `who` may be empty."""

    at: datetime
    state: str
    who: str
    reason: str


@dataclass(frozen=True)
class Blocked:
    """A connected system that does not answer as it should, the class of its last fault, and since when we wait."""

    system: str
    fault: str
    since: datetime


@dataclass(frozen=True)
class Identity:
    """What we know about who asks, each a fact with its answer."""

    confirmed_at: datetime | None
    reference_known: bool | None
    email_on_file: bool | None
    verified: str


@dataclass(frozen=True)
class Sheet:
    """The page. `rows` are outcomes once there is an order, the person's live artifacts before."""

    law: str
    place: str
    identity: Identity
    rows: list[Row]
    row_count: int
    events: list[Event]
    versions: list[Version]
    documents: list[Document]
    blocked: list[Blocked]
    grounds: str
    can_verify: bool
    can_approve: bool
    can_refuse: bool
    person_erased_at: datetime | None = field(default=None)


def person_of(request: Request) -> Claim | None:
    """What the person typed, in clear; None after the requester was erased. The caller records that it was opened."""
    return claim_of(request) if request.requester.erased_at is None else None


def sheet_of(request: Request) -> Sheet:
    """The page of one request."""
    subject = meant(request)
    rows, count = outcome_rows(request.order) if request.order else artifact_rows(subject)
    state = State(request.state)
    return Sheet(
        law=law_name(request.law) if request.law else "",
        place=place_name(request.residence),
        identity=identity_of(request),
        rows=rows,
        row_count=count,
        events=events_of(request),
        versions=versions_of(request),
        documents=list(certificates(request.order_id)) if request.order_id else [],
        blocked=[Blocked(*one) for one in progress(request.order).blocked] if request.order else [],
        grounds=GROUNDS[request.grounds].label if request.grounds in GROUNDS else "",
        can_verify=State.DECIDING in ARROWS[state],
        can_approve=State.RUNNING in ARROWS[state],
        can_refuse=state in UNDECIDED,
        person_erased_at=request.requester.erased_at,
    )


def meant(request: Request) -> Subject | None:
    """Whom it is about; before that is verified, whoever has the claimed reference."""
    if request.subject:
        return request.subject
    return by_reference(claim_of(request).reference) if request.requester.erased_at is None else None


def live_count(request: Request) -> int:
    """How many registered artifacts of the person meant an approval would destroy."""
    subject = meant(request)
    return Artifact.objects.filter(subject=subject, gone_at__isnull=True).count() if subject else 0


def identity_of(request: Request) -> Identity:
    known = on_file = None
    if request.requester.erased_at is None:
        claim = claim_of(request)
        subject = by_reference(claim.reference)
        known = subject is not None
        on_file = bool(subject and claim.email and has_email(subject.pk, claim.email))
    return Identity(request.confirmed_at, known, on_file, HOW.get(request.verified_how, ""))


def artifact_rows(subject: Subject | None) -> tuple[list[Row], int]:
    if subject is None:
        return [], 0
    live = Artifact.objects.filter(subject=subject, gone_at__isnull=True).select_related("derived_from").order_by("created_at", "id")
    return [row_of(artifact) for artifact in live[:SHOWN]], live.count()


def outcome_rows(order: Order) -> tuple[list[Row], int]:
    outcomes = (
        Outcome.objects.filter(order=order).select_related("artifact", "artifact__derived_from").order_by("artifact__created_at", "id")
    )
    return [row_of(outcome.artifact, outcome) for outcome in outcomes[:SHOWN]], outcomes.count()


def row_of(artifact: Artifact, outcome: Outcome | None = None) -> Row:
    parent = artifact.derived_from
    times = [outcome.purged_at, outcome.absent_at, outcome.acknowledged_at, outcome.called_at] if outcome else []
    return Row(
        words=IN_WORDS[Category(artifact.category)],
        category=artifact.category,
        system=artifact.system,
        store=artifact.store,
        made_from=IN_WORDS[Category(parent.category)] if parent else "",
        created_at=artifact.created_at,
        due_at=artifact.due_at,
        rung=str(outcome.get_rung_display()) if outcome else "",
        reached_at=next((time for time in times if time), None),
        detail=outcome.detail if outcome else "",
    )


def events_of(request: Request) -> list[Event]:
    """The ledger's entries about the request and its order, in words; the climb of each artifact is in the table above it."""
    objects = [str(request.pk), *([str(request.order_id)] if request.order_id else [])]
    entries = Entry.objects.filter(object_id__in=objects).exclude(kind__startswith="erasure:outcome:").order_by("-id")[:SHOWN]
    return [Event(entry.at, in_words(entry.kind), entry.actor_name, entry.actor_role) for entry in reversed(entries)]


def versions_of(request: Request) -> list[Version]:
    """The history, oldest first. Who acted comes from the ledger: the history knows accounts of officers alone.

    Each change writes one row and one entry, in that order under a lock, so the two lists run side by side. Where they do not,
    no name is guessed.
    """
    rows = list(request.history.select_related("history_user").order_by("history_id"))
    entries = Entry.objects.filter(object_id=str(request.pk), kind__startswith="dsar:request:").exclude(kind__in=LEAVE_NO_VERSION)
    names = list(entries.order_by("id").values_list("actor_name", flat=True))
    if len(names) != len(rows):
        names = [str(row.history_user or "") for row in rows]
    return [
        Version(row.history_date, row.get_state_display(), name, row.history_change_reason or "")
        for row, name in zip(rows, names, strict=True)
    ]
