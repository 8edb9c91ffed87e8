"""Make a stored profile the promise that is enforced."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid
from compliance.delivery.actions import promise
from compliance.profiles.models import Profile
from compliance.profiles.rules import refusals


@transaction.atomic
def activate(*, profile: Profile, actor: Actor, at: datetime, reason: str) -> Profile:
    """Activate a version and retire the one before. Raises `Invalid` with every refusal at once; then nothing has changed."""
    refused = refusals(profile.document, settings.SERVED_JURISDICTIONS)
    if refused:
        raise Invalid("This profile cannot be activated.", [FieldError(r.where, f"{r.says} {r.remedy} (rule {r.rule})") for r in refused])
    profile = Profile.objects.select_for_update().get(pk=profile.pk)
    if profile.state == Profile.State.ACTIVE:
        return profile
    for other in Profile.objects.select_for_update().filter(state=Profile.State.ACTIVE):
        other.state = Profile.State.RETIRED
        save_with_history(other, actor=actor, reason=f"replaced by {profile}")
        record(
            kind="profiles:profile:retired",
            object_id=str(other.pk),
            actor=actor,
            at=at,
            payload={"slug": other.slug, "version": other.version},
        )
    profile.state, profile.active_from = Profile.State.ACTIVE, at
    save_with_history(profile, actor=actor, reason=reason)
    entry = record(
        kind="profiles:profile:activated",
        object_id=str(profile.pk),
        actor=actor,
        at=at,
        payload={"slug": profile.slug, "version": profile.version, "hash": profile.hash},
    )
    promise(topic="profiles.activated", payload={"profile": str(profile.pk), "activation": str(entry.uid)}, because=entry, at=at)
    return profile
