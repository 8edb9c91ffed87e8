"""Take a release back: no check allows from the commit on, and what has no reason left is ordered to be destroyed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.artifacts.models import Artifact
from compliance.artifacts.queries import live
from compliance.core.actor import Actor
from compliance.core.taxonomy import BIOMETRIC
from compliance.erasure.actions import order
from compliance.profiles.queries import active
from compliance.profiles.rules import has_live_reason
from compliance.subjects.models import Subject
from consent.actions.end import end
from consent.models import Change, Release
from consent.queries.grants import granted_purposes

RULE = "Consent taken back: GDPR Art. 7(3) and 17(1)(b); 740 ILCS 14/15(a), the purpose has ended"


@dataclass(frozen=True)
class Withdrawal:
    """How many releases ended, and from when. `token` is the consistency token: a check that passes it back knows of this."""

    withdrawn: int
    effective_at: datetime
    token: UUID | None


@transaction.atomic
def withdraw(*, subject_id: UUID, purpose: str, actor: Actor, at: datetime, how: str) -> Withdrawal:
    """Take back what a person granted for one purpose. Asking again changes nothing."""
    # As registration does, before anything is read: nothing can be registered between the end and the order.
    Subject.objects.select_for_update().get(pk=subject_id)
    releases = list(Release.objects.filter(subject_id=subject_id, purpose=purpose, state=Release.State.ACTIVE))
    for release in releases:
        end(release=release, state=Release.State.WITHDRAWN, actor=actor, at=at, how=how)
        _destroy(release, actor=actor, at=at)
    last = Change.objects.filter(subject_id=subject_id, event=Change.Event.WITHDRAWN, purpose=purpose).order_by("xid", "at").last()
    return Withdrawal(len(releases), at, last.pk if last else None)


@transaction.atomic
def end_for_erasure(*, subject_id: UUID, order_id: UUID, actor: Actor, at: datetime) -> int:
    """End every active release of a person because an order destroys everything; returns how many. Makes no order of its own."""
    Subject.objects.select_for_update(no_key=True).get(pk=subject_id)
    releases = list(Release.objects.filter(subject_id=subject_id, state=Release.State.ACTIVE).order_by("id"))
    for release in releases:
        end(release=release, state=Release.State.WITHDRAWN, actor=actor, at=at, how=f"erasure order {order_id}")
    return len(releases)


def _destroy(release: Release, *, actor: Actor, at: datetime) -> None:
    """Order what nothing keeps any more, now that `release` has ended, whatever purpose it was registered for."""
    if made := _without_reason(release.subject_id, at):
        order(
            subject_id=release.subject_id,
            reason="withdrawal",
            rule=RULE,
            origin=f"consent:release:{release.pk}",
            artifacts=made,
            decided_by=actor.name,
            actor=actor,
            at=at,
        )


def _without_reason(subject_id: UUID, at: datetime) -> list[Artifact]:
    profile, granted = active(), granted_purposes(subject_id=subject_id, at=at)
    # Without a promise nothing is kept; registration refuses then, too.
    document = profile.document if profile else {"artifacts": {}}
    return [
        artifact
        for artifact in live(subject_id)
        if not has_live_reason(document, artifact.category, artifact.purpose, artifact.biometric or artifact.category in BIOMETRIC, granted)
    ]
