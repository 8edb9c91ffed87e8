"""Take a release back: no check allows from the commit on, and what has no reason left is ordered to be destroyed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.core.actor import Actor
from compliance.erasure.models import Order
from compliance.subjects.actions import lock
from consent.actions.change import change
from consent.actions.end import destroy_unneeded, end
from consent.models import Change, Release

RULE = "Consent taken back: GDPR Art. 7(3) and 17(1)(b); 740 ILCS 14/15(a), the purpose has ended"


@dataclass(frozen=True)
class Withdrawal:
    """How many releases ended, and from when. `token` is the consistency token: a check that passes it back knows of this."""

    withdrawn: int
    effective_at: datetime
    token: UUID


@transaction.atomic
def withdraw(*, subject_id: UUID, purpose: str, actor: Actor, at: datetime, how: str, piece: str | None = None) -> Withdrawal:
    """Take back what a person granted for one purpose; for marketing of one `piece`, or of all. Asking again ends nothing more.

    It asks for no proof of who asks (11 CCR 7060(b)): it can only take away. Where there is nothing to end, that it was asked is
    noted all the same, so that a release which was signed before and arrives later does not stand.
    """
    # As registration does, before anything is read: nothing can be registered between the end and the order.
    subject_id = lock(subject_id).pk
    releases = Release.objects.filter(subject_id=subject_id, purpose=purpose, state=Release.State.ACTIVE).order_by("id")
    ended = list(releases if piece is None else releases.filter(piece=piece))
    for release in ended:
        end(release=release, state=Release.State.WITHDRAWN, actor=actor, at=at, how=how)
        _destroy(release, actor=actor, at=at)
    token = _token(subject_id, purpose, piece, ended, at)
    return Withdrawal(len(ended), at, token)


@transaction.atomic
def end_for_erasure(*, subject_id: UUID, order_id: UUID, actor: Actor, at: datetime) -> int:
    """End every active release of a person because an order destroys everything; returns how many. Makes no order of its own.

    Whoever keeps a copy of decisions is told that this person is being erased, also where no release was left to end.
    """
    subject_id = lock(subject_id, no_key=True).pk
    releases = list(Release.objects.filter(subject_id=subject_id, state=Release.State.ACTIVE).order_by("id"))
    for release in releases:
        end(release=release, state=Release.State.WITHDRAWN, actor=actor, at=at, how=f"erasure order {order_id}")
    change(event=Change.Event.ERASURE, at=at, subject_id=subject_id)
    return len(releases)


def _token(subject_id: UUID, purpose: str, piece: str | None, ended: list[Release], at: datetime) -> UUID:
    """The id of the newest change that this withdrawal made, or that an earlier one made for the same piece."""
    if not ended:
        # A note names no piece: a second press for one piece would else be a word against every other one.
        before = Change.objects.filter(subject_id=subject_id, event=Change.Event.WITHDRAWN, purpose=purpose, release__piece=piece or None)
        if piece and (known := before.order_by("-at").first()):
            return known.pk
        return change(event=Change.Event.WITHDRAWN, at=at, subject_id=subject_id, purpose=purpose).pk
    return Change.objects.get(event=Change.Event.WITHDRAWN, release=ended[-1]).pk


def _destroy(release: Release, *, actor: Actor, at: datetime) -> None:
    destroy_unneeded(release, reason=Order.Reason.WITHDRAWAL, rule=RULE, actor=actor, at=at)
