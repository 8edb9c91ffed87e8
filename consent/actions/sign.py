"""Sign or refuse a written release, one purpose at a time. There is no way to grant two purposes in one call."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from compliance.audit.actions import record, save_with_history
from compliance.core import clock
from compliance.core.actor import Actor
from compliance.core.durations import Duration
from compliance.core.errors import Conflict, Invalid
from compliance.core.taxonomy import Purpose
from compliance.delivery.actions import promise
from compliance.erasure.models import Order
from compliance.subjects.models import Contact, Subject
from compliance.subjects.queries import sealer
from consent.actions.change import change
from consent.actions.end import end
from consent.models import Change, Notice, Release, ReleaseLink
from consent.queries import active_releases, current_notice, holds, is_open, training_offered
from consent.rules.notices import INTENTS
from consent.rules.signing import clean_name, missing


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
    """What a person did: typed a name, ticked a box, after a notice was served at `shown_at`."""

    typed_name: str
    agreed: bool
    notice_id: uuid.UUID
    shown_at: datetime


@transaction.atomic
def sign(*, link_id: uuid.UUID, purpose: Purpose, signature: Signature, actor: Actor, at: datetime) -> Release:
    """Store a release for one purpose, at once active; an older one for the same purpose is superseded.

    Raises `Invalid` for a missing name or tick, `LinkEnded`, `TextChanged`, and `Conflict` while an erasure runs.
    """
    link = _lock(link_id)
    name = clean_name(signature.typed_name)
    _may_sign(link, purpose, at)
    if lacking := missing(name=name, agreed=signature.agreed):
        raise Invalid("This release is not signed yet.", lacking)
    notice = current_notice(purpose)
    if notice.pk != signature.notice_id:
        raise TextChanged("The text has changed since this page was opened. Please read the new text, then sign it.")
    for old in Release.objects.filter(subject_id=link.subject_id, purpose=purpose, state=Release.State.ACTIVE):
        over = Release.State.EXPIRED if old.expires_at <= at else Release.State.SUPERSEDED
        end(release=old, state=over, actor=actor, at=at, how="a new release was signed")
    release = _new(link, notice, state=Release.State.ACTIVE, method=Release.Method.TYPED_NAME, shown_at=signature.shown_at, at=at)
    release.evidence_sealed = _seal(release, {"typed_name": name, "act": "ticked the box and pressed the button"}, link)
    save_with_history(release, actor=actor, reason="signed")
    change(event=Change.Event.GRANTED, at=at, subject_id=release.subject_id, purpose=release.purpose, release=release)
    if purpose == link.purpose:
        _use(link, at)
    entry = record(
        kind="consent:release:signed",
        object_id=str(release.pk),
        actor=actor,
        at=at,
        payload=_in_short(release),
        sealer=sealer(link.subject_id),
    )
    promise(topic="consent.release_signed", payload={"release": str(release.pk)}, because=entry, at=at)
    return release


@transaction.atomic
def decline(*, link_id: uuid.UUID, shown_at: datetime, actor: Actor, at: datetime) -> Release:
    """Store that the person said no to the link's purpose. The link is used up; the product may ask again with a new one."""
    link = _lock(link_id)
    if not is_open(link, at):
        raise LinkEnded("This link was already used, or it ran out.")
    notice = current_notice(Purpose(link.purpose))
    refusal = _new(link, notice, state=Release.State.REFUSED, method=Release.Method.BUTTON, shown_at=shown_at, at=at)
    refusal.ended_at = at
    refusal.evidence_sealed = _seal(refusal, {"act": "pressed “I do not agree”"}, link)
    save_with_history(refusal, actor=actor, reason="refused")
    change(event=Change.Event.REFUSED, at=at, subject_id=refusal.subject_id, purpose=refusal.purpose, release=refusal)
    _use(link, at)
    record(
        kind="consent:release:refused",
        object_id=str(refusal.pk),
        actor=actor,
        at=at,
        payload=_in_short(refusal),
        sealer=sealer(link.subject_id),
    )
    return refusal


def _lock(link_id: uuid.UUID) -> ReleaseLink:
    """The link, with its person's row locked first: signing, withdrawing and erasing one person happen one after the other."""
    subject_id = ReleaseLink.objects.values_list("subject_id", flat=True).get(pk=link_id)
    Subject.objects.select_for_update(no_key=True).get(pk=subject_id)
    return ReleaseLink.objects.select_for_update().get(pk=link_id)


def _may_sign(link: ReleaseLink, purpose: Purpose, at: datetime) -> None:
    if purpose == link.purpose:
        if not is_open(link, at):
            raise LinkEnded("This link was already used to answer, or it ran out.")
    elif purpose != training_offered():
        raise Invalid("This purpose cannot be granted here.")
    elif not is_open(link, at) and not holds(link, at):
        raise LinkEnded("This link was already used, or it ran out.")
    elif purpose in active_releases(link.subject_id, at):
        raise LinkEnded("You already allowed this. You can stop it on the page where you signed.")
    if Order.objects.filter(subject_id=link.subject_id, state=Order.State.OPEN, everything=True).exists():
        raise Conflict("Your data is being deleted. Nothing can be signed until that is done.")


def _new(link: ReleaseLink, notice: Notice, *, state: str, method: str, shown_at: datetime, at: datetime) -> Release:
    return Release(
        subject_id=link.subject_id,
        purpose=notice.purpose,
        notice=notice,
        state=state,
        recipients=notice.recipients,
        text_hash=notice.hash,
        signer_role=Release.SignerRole.SELF,
        method=method,
        # Two machines' clocks may differ by a little; a text is never shown after it was signed.
        shown_at=min(shown_at, at),
        signed_at=at,
        expires_at=Duration.parse(notice.term).after(at),
    )


def _seal(release: Release, act: dict[str, str], link: ReleaseLink) -> bytes:
    """The evidence of law/rules.md D2 as JSON, sealed under the person's key. No page opens it."""
    notice = release.notice
    by_mail = Contact.objects.filter(subject_id=link.subject_id).exists()
    evidence: dict[str, Any] = {
        "schema": "efface-signature/1",
        "release": str(release.pk),
        **act,
        "intent": INTENTS[Purpose(release.purpose)] if release.state == Release.State.ACTIVE else None,
        "method": release.method,
        "role": release.signer_role,
        "authenticated_by": {"link": str(link.pk), "offered_by_system": link.system},
        "notice": {"id": str(notice.pk), "version": notice.version, "locale": notice.locale, "sha256": notice.hash},
        "purposes": [release.purpose],
        "term": notice.term,
        "recipients": list(notice.recipients),
        "shown_at": clock.to_text(release.shown_at),
        "signed_at": clock.to_text(release.signed_at),
        "zone": "UTC",
        "expires_at": clock.to_text(release.expires_at),
        "withdrawal_instructions_shown": True,
        "copy": ["page", "email"] if by_mail else ["page"],
    }
    return sealer(link.subject_id).seal(f"consent.release.evidence:{release.pk}", json.dumps(evidence, ensure_ascii=False))


def _in_short(release: Release) -> dict[str, Any]:
    return {
        "purpose": release.purpose,
        "notice": str(release.notice_id),
        "text_hash": release.text_hash,
        "shown_at": clock.to_text(release.shown_at),
        "expires_at": clock.to_text(release.expires_at),
        "recipients": list(release.recipients),
    }


def _use(link: ReleaseLink, at: datetime) -> None:
    link.used_at = at
    link.save(update_fields=["used_at"])
