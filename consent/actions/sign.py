"""Sign or refuse a written release on the hosted page, one purpose at a time. There is no way to grant two purposes in one call."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.core.actor import Actor
from compliance.core.errors import Conflict, Invalid
from compliance.core.taxonomy import Purpose
from compliance.subjects.actions import lock
from compliance.subjects.models import Subject
from consent.actions.authority import Authority, authority_of
from consent.actions.grant import Act, grant, met, new_release, store
from consent.actions.receipt_code import keep_code
from consent.models import Change, Notice, Release, ReleaseLink
from consent.queries.links import holds, in_force, is_open, may_be_boxed, outgrown, owner_of
from consent.queries.notices import current_notice
from consent.rules.roles import PROXIES
from consent.rules.signing import clean_name, known_zone, missing, strokes

SELF = Release.SignerRole.SELF.value


class LinkEnded(Conflict):
    """The link was used or ran out. A new one comes from the product."""

    status = 410
    code = "link-ended"
    title = "This link has ended"


class TextChanged(Conflict):
    """The text that was shown is no longer current: the new one must be read before it is signed."""

    code = "text-changed"


@dataclass(frozen=True)
class Signature:
    """What a person did: typed or drew a name and ticked a box, after a notice was served at `shown_at`.

    `drawn` is a JSON list of strokes, each a list of [x, y] whole numbers from 0 to 1000. In a role other than `self`,
    `typed_name` is the signer's own name and `authority` the PDF that says they may sign. `zone` is an IANA name.
    """

    notice_id: uuid.UUID
    shown_at: datetime
    agreed: bool
    typed_name: str = ""
    drawn: str = ""
    role: str = SELF
    authority: bytes = b""
    authority_what: str = ""
    authority_ends: date | None = None
    zone: str = ""
    gpc: bool = False


def sign(*, link_id: uuid.UUID, purpose: str, signature: Signature, actor: Actor, at: datetime, secret: str = "") -> Release:
    """Store a release for one purpose, at once active; an older one for the same purpose is superseded.

    With the `secret` of the link its receipt code works from the same commit on: nobody has signed and holds no code.
    Raises `Invalid` for what is missing, `LinkEnded`, `TextChanged`, `MinorCannotSign`, `NotShared`, and `Conflict` while an
    erasure runs. Call it outside a transaction: an authority is looked at in a process of its own first.
    """
    link = ReleaseLink.objects.select_related("subject").get(pk=link_id)
    # Before the file is looked at, so that a stranger's form costs nothing; once more under the lock.
    _may_sign(link, purpose, at)
    _whole(signature)
    authority = authority_of(
        role=signature.role, content=signature.authority, what=signature.authority_what, ends_on=signature.authority_ends
    )
    with transaction.atomic():
        release = _sign(link_id, purpose, signature, authority, actor, at)
        # A code opens everything of the person: not for a link that was made for one small purpose, and may be passed on.
        if secret and link.purpose == Purpose.FACE_SCAN:
            # Read again: it may have become an account's while the paper was looked at.
            keep_code(secret=secret, link=ReleaseLink.objects.select_related("subject").get(pk=link_id), at=at)
    return release


def _sign(link_id: uuid.UUID, purpose: str, signature: Signature, authority: Authority | None, actor: Actor, at: datetime) -> Release:
    link, subject = _lock(link_id)
    _may_sign(link, purpose, at)
    notice = _shown(purpose, signature.notice_id)
    act = Act(
        shown_at=signature.shown_at,
        signed_at=at,
        method=Release.Method.DRAWN_NAME if signature.drawn else Release.Method.TYPED_NAME,
        channel=Release.Channel.HOSTED,
        said=_said(signature, link),
        role=signature.role,
        system=link.system,
        piece=link.piece if purpose == link.purpose else "",
        zone=known_zone(signature.zone),
        gpc=signature.gpc,
        authority=authority,
    )
    release = grant(subject=subject, notice=notice, act=act, actor=actor, at=at)
    if purpose == link.purpose:
        _use(link, at)
    return release


@transaction.atomic
def decline(
    *, link_id: uuid.UUID, shown_at: datetime, actor: Actor, at: datetime, notice_id: uuid.UUID | None = None, gpc: bool = False
) -> Release:
    """Store that the person said no to the link's purpose. The link is used up; the product may ask again with a new one."""
    link, subject = _lock(link_id)
    if not is_open(link, at):
        raise LinkEnded(_("This link was already used, or it ran out."))
    shown = Notice.objects.filter(pk=notice_id, purpose=link.purpose).first() if notice_id else None
    act = Act(
        shown_at=shown_at,
        signed_at=at,
        method=Release.Method.BUTTON,
        channel=Release.Channel.HOSTED,
        said={"act": "pressed “I do not agree”", "authenticated_by": _authenticated(link)},
        system=link.system,
        piece=link.piece,
        gpc=gpc,
    )
    refusal = new_release(subject, shown or current_notice(link.purpose, link.language), act, state=Release.State.REFUSED)
    refusal.ended_at = at
    store(refusal, subject, act, verb="refused", event=Change.Event.REFUSED, actor=actor, at=at)
    met(subject, act)
    _use(link, at)
    return refusal


def _lock(link_id: uuid.UUID) -> tuple[ReleaseLink, Subject]:
    """The link and its person, whose row is locked first: signing, withdrawing and erasing one person happen one after the other."""
    subject = lock(ReleaseLink.objects.values_list("subject_id", flat=True).get(pk=link_id), no_key=True)
    return ReleaseLink.objects.select_for_update(of=("self",)).select_related("subject").get(pk=link_id), subject


def _whole(signature: Signature) -> None:
    """Raise `Invalid` naming everything that the signature lacks."""
    for_somebody = signature.role in PROXIES
    name = clean_name(signature.typed_name)
    if lacking := missing(name=name, agreed=signature.agreed, drawn=signature.drawn, for_somebody=for_somebody):
        raise Invalid(_("This release is not signed yet."), lacking)


def _may_sign(link: ReleaseLink, purpose: str, at: datetime) -> None:
    if purpose == link.purpose:
        if not is_open(link, at):
            raise LinkEnded(_("This link was already used to answer, or it ran out."))
        return
    if not may_be_boxed(link, purpose):
        raise Invalid(_("This purpose cannot be granted here."))
    if not is_open(link, at) and not holds(link, at):
        raise LinkEnded(_("This link was already used, or it ran out."))
    held = in_force(owner_of(link), at, purpose=purpose).first()
    if held is not None and not outgrown(held):
        raise LinkEnded(_("You already allowed this. You can stop it on the page where you signed."))


def _shown(purpose: str, notice_id: uuid.UUID) -> Notice:
    """The notice that was shown, which must still be the one to sign in its language."""
    shown = Notice.objects.filter(pk=notice_id, purpose=purpose).first()
    current = current_notice(purpose, shown.locale if shown else "en")
    if shown is None or current.pk != shown.pk:
        raise TextChanged(_("The text has changed since this page was opened. Please read the new text, then sign it."))
    return shown


def _said(signature: Signature, link: ReleaseLink) -> dict[str, Any]:
    """Who signed, and how, in the words of the evidence."""
    name = clean_name(signature.typed_name)
    said: dict[str, Any] = {"typed_name": name or None}
    if signature.drawn:
        said["drawn"] = strokes(signature.drawn)
    how = "drew a name, ticked the box and pressed the button" if signature.drawn else "ticked the box and pressed the button"
    return {**said, "act": how, "authenticated_by": _authenticated(link)}


def _authenticated(link: ReleaseLink) -> dict[str, str]:
    return {"link": str(link.pk), "offered_by_system": link.system}


def _use(link: ReleaseLink, at: datetime) -> None:
    link.used_at = at
    link.save(update_fields=["used_at"])
