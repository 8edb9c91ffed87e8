"""A release that was signed on paper: an officer scans it in, and says what stands on it. And opening such a paper again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid
from compliance.core.taxonomy import Purpose
from compliance.subjects.actions import know, lock
from compliance.subjects.queries import by_reference, sealer
from consent.actions.authority import FIRST_MIDNIGHT, Authority, authority_of
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


def record_paper(*, reference: str, paper: OnPaper, reason: str, actor: Actor, at: datetime, make_record: bool = False) -> Release:
    """Store the release and the exact bytes of its paper, together or not at all.

    `make_record`: the officer wants a record for a reference that nobody has; without it a slip of the pen would make a person.
    Raises `Invalid` naming what is wrong, and what `grant` raises. Call it outside a transaction: the files are looked at first.
    """
    notice = Notice.objects.filter(pk=paper.notice_id).first()
    subject = by_reference(reference)
    if wrong := [*_what(paper, notice, at), *_who(paper, known=subject is not None or make_record)]:
        raise Invalid("This paper cannot be added yet.", wrong)
    if notice is None:  # pragma: no cover  # refused above
        raise Invalid("This paper cannot be added yet.")
    pdf = checked(paper.content, "/content")
    authority = authority_of(role=paper.role, content=paper.authority, what=paper.authority_what, ends_on=paper.authority_ends)
    with transaction.atomic():
        subject = lock((subject or know(reference=reference, actor=actor, at=at)).pk, no_key=True)
        return grant(subject=subject, notice=notice, act=_act(paper, pdf, authority, reason, actor), actor=actor, at=at)


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


def _act(paper: OnPaper, pdf: Pdf, authority: Authority | None, reason: str, actor: Actor) -> Act:
    # A paper says a day, no hour and no place. Its first moment anywhere is the strict one: for the term, and for what was said
    # later that day.
    signed_at = datetime.combine(paper.signed_on - timedelta(days=1), FIRST_MIDNIGHT)
    return Act(
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


def _who(paper: OnPaper, *, known: bool) -> Iterator[FieldError]:
    if not known:
        yield FieldError("/reference", "No record has this reference.")
    yield from missing(name=clean_name(paper.name), agreed=True, for_somebody=paper.role in PROXIES)
