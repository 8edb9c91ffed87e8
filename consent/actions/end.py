"""The one function that ends a release, and what follows from an end."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.artifacts.models import Artifact
from compliance.artifacts.queries import live
from compliance.audit.actions import record, save_with_history
from compliance.audit.models import Entry
from compliance.audit.tombstones import Ended, bury
from compliance.core import arrows
from compliance.core.actor import Actor
from compliance.core.taxonomy import BIOMETRIC
from compliance.delivery.actions import promise
from compliance.erasure.actions import order
from compliance.profiles.queries import active
from compliance.profiles.rules import has_live_reason
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Subject
from consent.actions.change import change
from consent.models import Change, Release
from consent.queries.grants import held_purposes
from consent.rules.arrows import ARROWS


@transaction.atomic
def end(*, release: Release, state: Release.State, actor: Actor, at: datetime, how: str) -> Entry:
    """Move a release to one of its ends, at once. Raises `ArrowRefused` when it has already ended."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    subject = Subject.objects.get(pk=release.subject_id)
    arrows.check(ARROWS, Release.State(release.state), state)
    release.state, release.ended_at = state, at
    save_with_history(release, actor=actor, reason=how)
    change(event=Change.Event(state.value), at=at, subject_id=release.subject_id, purpose=release.purpose, release=release)
    entry = record(
        kind=f"consent:release:{state.value}",
        object_id=str(release.pk),
        actor=actor,
        at=at,
        payload={"purpose": release.purpose, "how": how},
        # Without a key there is nothing to seal with, and these words name nobody.
        sealer=sealer_of(subject) if subject.wrapped_key else None,
        subject_id=release.subject_id,
    )
    if state == Release.State.WITHDRAWN:
        # Outside the database too: no restored copy of it may allow what was taken back.
        bury(what=Ended.RELEASE, ids=[release.pk], at=at)
    # Every end has a receipt, whatever ended it (C13).
    promise(topic="consent.release_ended", payload={"release": str(release.pk)}, because=entry, at=at)
    return entry


def destroy_unneeded(release: Release, *, reason: str, rule: str, actor: Actor, at: datetime) -> None:
    """Order what nothing keeps any more, now that `release` has ended, whatever purpose it was registered for."""
    if made := _without_reason(release.subject_id, at):
        order(
            subject_id=release.subject_id,
            reason=reason,
            rule=rule,
            origin=f"consent:release:{release.pk}",
            artifacts=made,
            decided_by=actor.name,
            actor=actor,
            at=at,
        )


def _without_reason(subject_id: UUID, at: datetime) -> list[Artifact]:
    profile, held = active(), held_purposes(subject_id=subject_id, at=at)
    # Without a promise nothing is kept; registration refuses then, too.
    document = profile.document if profile else {"artifacts": {}}
    return [
        artifact
        for artifact in live(subject_id)
        if not has_live_reason(document, artifact.category, artifact.purpose, artifact.biometric or artifact.category in BIOMETRIC, held)
    ]
