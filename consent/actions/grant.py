"""The one function that stores a release, whichever way it came in: hosted page, API, or paper. One purpose, one row, one call."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from compliance.audit.actions import record, save_with_history
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import Actor
from compliance.core.durations import Duration
from compliance.core.errors import Conflict, FieldError, Invalid
from compliance.delivery.actions import promise
from compliance.erasure.models import Order
from compliance.profiles.queries import active
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Subject
from compliance.subjects.queries import everyone
from consent.actions.authority import Authority, keep
from consent.actions.change import change
from consent.actions.end import end
from consent.models import Change, Notice, Paper, Release
from consent.rules import roles
from consent.rules.evidence import evidence_of
from consent.rules.papers import Pdf
from consent.rules.sharing import withheld
from consent.rules.terms import longest_term


class Overtaken(Conflict):
    """What was signed was taken back, or signed again, after it was signed: the later word of the person holds."""

    code = "overtaken"


class NotShared(Conflict):
    """The browser says `Sec-GPC: 1`: nothing that shares is asked of this person, and nothing is taken."""

    code = "gpc"


@dataclass(frozen=True)
class Act:
    """What somebody did. `said` is what only this way in knows (name, act, how authenticated); it is sealed, and no page opens it."""

    shown_at: datetime
    signed_at: datetime
    method: Release.Method
    channel: Release.Channel
    said: Mapping[str, Any] = field(repr=False)
    role: str = Release.SignerRole.SELF
    system: str = ""
    piece: str = ""
    zone: str = "UTC"
    gpc: bool = False
    authority: Authority | None = None
    paper: Pdf | None = None


def grant(*, subject: Subject, notice: Notice, act: Act, actor: Actor, at: datetime) -> Release:
    """Store a release, at once active; an older one for the same purpose is superseded. The caller holds the person's row lock.

    Raises `Invalid` or `MinorCannotSign` for a role that may not sign, `NotShared` for sharing against the person's signal,
    `Overtaken`, and `Conflict` while an erasure runs.
    """
    may_be_granted(subject, role=act.role)
    _not_against_the_signal(subject, notice.purpose, act)
    _not_overtaken(subject, notice.purpose, act)
    release = new_release(subject, notice, act, state=Release.State.ACTIVE)
    release.expires_at = _end_of(release, subject, act, at)
    if act.authority:
        release.authority = _keep_authority(subject, act.authority, actor, at)
    if act.paper:
        release.paper = keep(subject=subject, kind=Paper.PaperKind.RELEASE, pdf=act.paper, actor=actor, at=at)
    for old in Release.objects.filter(subject=subject, purpose=notice.purpose, piece=act.piece, state=Release.State.ACTIVE):
        over = Release.State.EXPIRED if old.expires_at <= at else Release.State.SUPERSEDED
        end(release=old, state=over, actor=actor, at=at, how="a new release was signed")
    entry = store(release, subject, act, verb="signed", event=Change.Event.GRANTED, actor=actor, at=at)
    promise(topic="consent.release_signed", payload={"release": str(release.pk)}, because=entry, at=at)
    met(subject, act)
    return release


def may_be_granted(subject: Subject, *, role: str) -> None:
    """Raise when nothing can be signed for this person now: everything is being deleted, or nobody in this role may sign."""
    if Order.objects.filter(subject=subject, state=Order.State.OPEN, everything=True).exists():
        raise Conflict(_("Your data is being deleted. Nothing can be signed until that is done."))
    roles.check(role, age=subject.age, minors=minors_rule())


def minors_rule() -> str:
    """The active profile's rule for minors; `deny` where it says nothing."""
    profile = active()
    return str(profile.document.get("minors", "deny")) if profile else "deny"


def new_release(subject: Subject, notice: Notice, act: Act, *, state: Release.State) -> Release:
    """The row, not stored yet; it ends when the notice's own term does."""
    return Release(
        subject=subject,
        purpose=notice.purpose,
        piece=act.piece,
        notice=notice,
        state=state,
        recipients=notice.recipients,
        text_hash=notice.hash,
        signer_role=act.role,
        method=act.method,
        channel=act.channel,
        system=act.system,
        gpc=act.gpc,
        # Two machines' clocks may differ by a little; a text is never shown after it was signed.
        shown_at=min(act.shown_at, act.signed_at),
        signed_at=act.signed_at,
        expires_at=Duration.parse(notice.term).after(act.signed_at),
    )


def store(release: Release, subject: Subject, act: Act, *, verb: str, event: Change.Event, actor: Actor, at: datetime) -> Entry:
    """Seal the evidence, and store the row with its version of history, its change and its entry in the ledger."""
    sealer, evidence = sealer_of(subject), evidence_of(release, subject_kind=subject.kind, zone=act.zone, said=act.said)
    release.evidence_sealed = sealer.seal(f"consent.release.evidence:{release.pk}", evidence)
    save_with_history(release, actor=actor, reason=verb)
    change(event=event, at=at, subject_id=subject.pk, purpose=release.purpose, release=release)
    return record(
        kind=f"consent:release:{verb}",
        object_id=str(release.pk),
        actor=actor,
        at=at,
        payload={**in_short(release), "evidence_sha256": hashlib.sha256(evidence.encode()).hexdigest()},
        sealer=sealer,
    )


def in_short(release: Release) -> dict[str, Any]:
    return {
        "purpose": release.purpose,
        "piece": release.piece,
        "notice": str(release.notice_id),
        "text_hash": release.text_hash,
        "role": release.signer_role,
        "channel": release.channel,
        "shown_at": clock.to_text(release.shown_at),
        "signed_at": clock.to_text(release.signed_at),
        "expires_at": clock.to_text(release.expires_at),
        "recipients": list(release.recipients),
        "authority_sha256": release.authority.sha256 if release.authority else None,
        "paper_sha256": release.paper.sha256 if release.paper else None,
    }


def met(subject: Subject, act: Act) -> None:
    """Signing is an interaction; a browser that said `Sec-GPC: 1` has said it for good."""
    subject.last_interaction_at = max(subject.last_interaction_at, act.signed_at)
    if act.gpc and subject.gpc_at is None:
        subject.gpc_at = act.signed_at
    subject.save(update_fields=["last_interaction_at", "gpc_at"])


def _keep_authority(subject: Subject, shown: Authority, actor: Actor, at: datetime) -> Paper:
    kind = Paper.PaperKind.AUTHORITY
    return keep(subject=subject, kind=kind, pdf=shown.pdf, what=shown.what, ends_on=shown.ends_on, actor=actor, at=at)


def _end_of(release: Release, subject: Subject, act: Act, at: datetime) -> datetime:
    """The first of: the notice's term, the term a law sets, the end of the authority. Raises `Invalid` when it is past."""
    by_law = longest_term(subject.jurisdictions, act.signed_at, release.purpose, settings.SERVED_JURISDICTIONS)
    ends_at = act.authority.ends_at if act.authority else None
    if ends_at is not None and ends_at <= at:
        raise Invalid(
            _("The authority has ended."), [FieldError("/authority_ends", _("This paper counts no more. Use one that still does."))]
        )
    ends = min(end for end in (release.expires_at, by_law, ends_at) if end is not None)
    if ends <= at:
        raise Invalid(_("This release has run out already."), [FieldError("/signed_at", _("Too long ago: ask the person to sign again."))])
    return ends


def _not_against_the_signal(subject: Subject, purpose: str, act: Act) -> None:
    """An opt-out by Global Privacy Control, now or noted before, is not undone by a form that came along with it."""
    # No browser speaks for a paper: who signs one by hand for this one party or piece has said so in person, after the signal.
    if act.channel == Release.Channel.PAPER:
        return
    if withheld(purpose) and (act.gpc or subject.gpc_at is not None):
        raise NotShared(_("Your browser asks us not to share your data (Global Privacy Control). So nothing to share is asked here."))


def _not_overtaken(subject: Subject, purpose: str, act: Act) -> None:
    """A release that arrives late never undoes what the person said after signing it."""
    people = everyone(subject.pk)
    same = Release.objects.filter(subject__in=people, purpose=purpose, piece=act.piece)
    said_no = same.filter(state__in=[Release.State.WITHDRAWN, Release.State.REFUSED], ended_at__gt=act.signed_at).exists()
    # Taken back before the release itself arrived; such a note keeps the id of the guest whom it was about.
    early = Change.objects.filter(
        subject__in=people, purpose=purpose, event=Change.Event.WITHDRAWN, release=None, at__gt=act.signed_at
    ).exists()
    if said_no or early:
        raise Overtaken(_("This was taken back or refused after it was signed. Ask the person to sign again."))
    if same.filter(state=Release.State.ACTIVE, signed_at__gt=act.signed_at).exists():
        raise Overtaken(_("A newer release for this is in force."))
