"""A release that was signed on paper: an officer scans it in, and says what stands on it. And opening such a paper again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid
from compliance.core.taxonomy import Purpose
from compliance.subjects.actions import lock
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference, sealer
from consent.actions.authority import Authority, authority_of
from consent.actions.grant import Act, grant
from consent.models import Notice, Paper, Release
from consent.queries.releases import content_of
from consent.rules.papers import Pdf, checked
from consent.rules.roles import PROXIES
from consent.rules.signing import clean_name, missing


@dataclass(frozen=True)
class OnPaper:
    """What an officer read on the paper. `content` is the PDF of the signed release, `authority` that of the right to sign."""

    notice_id: UUID
    role: str
    name: str = field(repr=False)
    signed_on: date
    content: bytes = field(repr=False)
    piece: str = ""
    authority: bytes = field(default=b"", repr=False)
    authority_what: str = ""
    authority_ends: date | None = None


def record_paper(*, reference: str, paper: OnPaper, reason: str, actor: Actor, at: datetime) -> Release:
    """Store the release and the exact bytes of its paper, together or not at all.

    Raises `Invalid` naming what is wrong, and what `grant` raises. Call it outside a transaction: the files are looked at first.
    """
    notice = Notice.objects.filter(pk=paper.notice_id).first()
    subject = by_reference(reference)
    if wrong := [*_what(paper, notice, at), *_who(paper, subject)]:
        raise Invalid("This paper cannot be added yet.", wrong)
    if notice is None or subject is None:  # pragma: no cover  # refused above
        raise Invalid("This paper cannot be added yet.")
    pdf = checked(paper.content, "/content")
    authority = authority_of(role=paper.role, content=paper.authority, what=paper.authority_what, ends_on=paper.authority_ends)
    return _store(subject, notice, paper, pdf, authority, reason=reason, actor=actor, at=at)


@transaction.atomic
def open_paper(*, paper: Paper, reason: str, actor: Actor, at: datetime) -> bytes:
    """The exact bytes of a paper, for an officer who says why; that it was opened goes into the ledger first."""
    content = content_of(paper)
    record(
        kind="consent:paper:opened",
        object_id=str(paper.pk),
        actor=actor,
        at=at,
        payload={"kind": paper.kind, "reason": reason},
        sealer=sealer(paper.subject_id),
    )
    return content


@transaction.atomic
def _store(
    known: Subject, notice: Notice, paper: OnPaper, pdf: Pdf, authority: Authority | None, *, reason: str, actor: Actor, at: datetime
) -> Release:
    subject = lock(known.pk, no_key=True)
    # A paper says a day, no hour. The first moment of it is the strict one: for the term, and for what was said later that day.
    signed_at = datetime.combine(paper.signed_on, time(), tzinfo=UTC)
    act = Act(
        shown_at=signed_at,
        signed_at=signed_at,
        method=Release.Method.PAPER,
        channel=Release.Channel.PAPER,
        said={
            "typed_name": clean_name(paper.name),
            "act": "signed on paper",
            "signed_on": paper.signed_on.isoformat(),
            "authenticated_by": {"officer": actor.name, "reason": reason},
        },
        role=paper.role,
        piece=" ".join(paper.piece.split()),
        authority=authority,
        paper=pdf,
    )
    return grant(subject=subject, notice=notice, act=act, actor=actor, at=at)


def _what(paper: OnPaper, notice: Notice | None, at: datetime) -> Iterator[FieldError]:
    if paper.signed_on > at.date():
        yield FieldError("/signed_on", "This day has not come yet.")
    if notice is None or notice.published_at is None:
        yield FieldError("/notice", "Choose the text that stands on the paper.")
        return
    if paper.signed_on < notice.published_at.date():
        yield FieldError("/signed_on", "This text was published later. Choose the version that stands on the paper.")
    reach = Notice.objects.filter(purpose=notice.purpose).aggregate(most=Max("reach"))["most"]
    if notice.reach < reach:
        yield FieldError("/notice", "A newer text reaches further than this one. Ask the person to sign the newer one.")
    if (notice.purpose == Purpose.MARKETING) != bool(paper.piece.strip()):
        yield FieldError("/piece", "A release for marketing names the one piece; no other release names any.")


def _who(paper: OnPaper, subject: Subject | None) -> Iterator[FieldError]:
    if subject is None:
        yield FieldError("/reference", "No record has this reference.")
    yield from missing(name=clean_name(paper.name), agreed=True, for_somebody=paper.role in PROXIES)
