"""Store a release that a person signed in the product itself, as its backend tells it, with the evidence it gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from compliance.core.actor import Actor
from compliance.core.errors import Conflict, FieldError, Invalid
from compliance.core.taxonomy import Purpose
from compliance.subjects.actions import know, lock
from compliance.subjects.models import Subject
from consent.actions.grant import Act, grant
from consent.models import Notice, Release
from consent.rules import notices, roles
from consent.rules.signing import ACTS, NOT_A_SIGNATURE, clean_name, known_zone, missing, strokes

METHODS = (Release.Method.TYPED_NAME.value, Release.Method.DRAWN_NAME.value, Release.Method.CLICKED.value)
# Two machines' clocks may differ by this much.
CLOCK_SKEW = timedelta(minutes=5)
# Evidence that comes later than this is a story, not a record: the person signs again on a page, or an officer has the paper.
LATEST = timedelta(hours=24)


@dataclass(frozen=True)
class Told:
    """What a backend says was shown and signed. `session` and `ip_hash` are opaque texts that go into the evidence as they are."""

    purpose: str
    notice_id: UUID
    text_sha256: str
    locale: str
    shown_at: datetime
    signed_at: datetime
    method: str
    act: str
    intent: str
    role: str = Release.SignerRole.SELF.value
    name: str = field(default="", repr=False)
    drawn: str = field(default="", repr=False)
    zone: str = ""
    piece: str = ""
    session: str = ""
    ip_hash: str = ""
    gpc: bool = False


@transaction.atomic
def record_release(*, reference: str, told: Told, system: str, actor: Actor, at: datetime) -> Release:
    """Store it, at once active, when the evidence is whole. One call, one purpose.

    Raises `Invalid` naming everything that is wrong with the evidence; `Conflict` while an erasure runs, when the person took it
    back or signed again meanwhile, for a minor, and for a depicted person, who signs on a page of their own.
    """
    notice = Notice.objects.filter(pk=told.notice_id).first()
    if wrong := [*_no_signature(told), *_who(told), *_text(told, notice), *_when(told, notice, at)]:
        raise Invalid("This cannot be stored as a release.", wrong)
    if notice is None:  # pragma: no cover  # refused above
        raise Invalid("This cannot be stored as a release.")
    known = know(reference=reference, actor=actor, at=at)
    subject = lock(known.pk, no_key=True)
    if subject.kind == Subject.SubjectKind.DEPICTED:
        raise Conflict(
            "A depicted person signs on a page of their own, not in the product of who uploaded the picture. Make a release link."
        )
    act = Act(
        shown_at=told.shown_at,
        # A clock that runs ahead does not make a release that begins in the future.
        signed_at=min(told.signed_at, at),
        method=Release.Method(told.method),
        channel=Release.Channel.API,
        said=_said(told, system),
        system=system,
        piece=_piece(told),
        zone=known_zone(told.zone),
        gpc=told.gpc,
    )
    try:
        return grant(subject=subject, notice=notice, act=act, actor=actor, at=at)
    except roles.MinorCannotSign as error:
        raise roles.MinorCannotSign(error.detail, [FieldError("/signer/role", error.detail)]) from None


def _no_signature(told: Told) -> Iterator[FieldError]:
    """What was kept of somebody who never signed: refused in plain words (C7)."""
    if told.method in NOT_A_SIGNATURE:
        yield FieldError(
            "/method", f"“{told.method}” cannot be stored as a release: nobody signed. Show the notice, and let the person sign it."
        )
    elif told.method not in METHODS:
        yield FieldError("/method", f"Choose one of: {', '.join(METHODS)}. A signature on paper is added by an officer.")
    if told.act not in ACTS:
        yield FieldError("/act", f"Choose one of: {', '.join(ACTS)}. Nothing else that a person may have done is a signature.")


def _who(told: Told) -> Iterator[FieldError]:
    if told.role in roles.AGENTS:
        yield FieldError(
            "/signer/role", "An agent can never sign: 740 ILCS 14/15(b) asks for the person or a legally authorized representative."
        )
    elif told.role != Release.SignerRole.SELF:
        yield FieldError(
            "/signer/role", "Only “self” is taken here. A parent, guardian or representative signs on the hosted page, or on paper."
        )
    if told.method == Release.Method.CLICKED and not told.name:
        return
    drawn = told.drawn if told.method == Release.Method.DRAWN_NAME else ""
    if told.method == Release.Method.DRAWN_NAME and not drawn:
        yield FieldError("/signer/drawn", "Send the drawn name as strokes, as text.")
        return
    for error in missing(name=clean_name(told.name), agreed=True, drawn=drawn):
        yield FieldError(f"/signer{error.pointer}", error.detail)


def _text(told: Told, notice: Notice | None) -> Iterator[FieldError]:
    """Whether the text that was shown is the one we published for this purpose, to the byte, and still reaches as far as today's."""
    if notice is None or notice.purpose != told.purpose:
        yield FieldError("/notice/id", "No notice with this id is published for this purpose.")
        return
    if notice.locale != told.locale:
        yield FieldError("/notice/locale", f"This notice is written in “{notice.locale}”.")
    if notice.hash != told.text_sha256.lower():
        yield FieldError("/notice/text_sha256", "This is not the hash of the published text. Show the text byte for byte as published.")
    if told.intent != notices.intent(notice.purpose, notice.locale):
        yield FieldError("/intent", f"The person must have said: “{notices.intent(notice.purpose, notice.locale)}”.")
    reach = Notice.objects.filter(purpose=notice.purpose).aggregate(most=Max("reach"))["most"]
    if notice.reach < reach:
        yield FieldError("/notice/id", "A newer notice reaches further. Show that one, and let the person sign it.")
    if (told.purpose == Purpose.MARKETING) != bool(_piece(told)):
        yield FieldError("/piece", "Marketing names the one piece; nothing else names any.")


def _when(told: Told, notice: Notice | None, at: datetime) -> Iterator[FieldError]:
    if told.shown_at > told.signed_at:
        yield FieldError("/shown_at", "The text must be shown before it is signed.")
    if notice is not None and notice.published_at is not None and told.shown_at < notice.published_at:
        yield FieldError("/shown_at", "This text was not published yet at that moment.")
    if told.signed_at > at + CLOCK_SKEW:
        yield FieldError("/signed_at", "This lies in the future. Check the clock and the offset.")
    if told.signed_at < at - LATEST:
        yield FieldError("/signed_at", "This is older than 24 hours. Ask the person to sign again, or let an officer add the paper.")


def _piece(told: Told) -> str:
    return " ".join(told.piece.split())


def _said(told: Told, system: str) -> dict[str, Any]:
    said: dict[str, Any] = {"typed_name": clean_name(told.name) or None}
    if told.method == Release.Method.DRAWN_NAME:
        said["drawn"] = strokes(told.drawn)
    how = {"recorded_by_system": system, "session": told.session or None, "ip_hash": told.ip_hash or None}
    return {**said, "act": told.act, "authenticated_by": how}
