"""The one function that ends a release."""

from datetime import datetime

from django.db import transaction

from compliance.audit.actions import record, save_with_history
from compliance.audit.models import Entry
from compliance.core import arrows
from compliance.core.actor import Actor
from compliance.subjects.queries import sealer
from consent.actions.change import change
from consent.models import Change, Release
from consent.rules.arrows import ARROWS


@transaction.atomic
def end(*, release: Release, state: Release.State, actor: Actor, at: datetime, how: str) -> Entry:
    """Move a release to one of its ends, at once. Raises `ArrowRefused` when it has already ended."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    arrows.check(ARROWS, Release.State(release.state), state)
    release.state, release.ended_at = state, at
    save_with_history(release, actor=actor, reason=how)
    change(event=Change.Event(state.value), at=at, subject_id=release.subject_id, purpose=release.purpose, release=release)
    return record(
        kind=f"consent:release:{state.value}",
        object_id=str(release.pk),
        actor=actor,
        at=at,
        payload={"purpose": release.purpose, "how": how},
        sealer=sealer(release.subject_id),
    )
