"""Save a tracked row so that its history names the officer and the reason."""

from django.db import models

from compliance.core.actor import Actor


def save_with_history(instance: models.Model, *, actor: Actor, reason: str) -> None:
    """Save `instance` once; its new history row carries the actor's account (if an officer acted) and `reason`."""
    instance._history_user = actor.officer  # type: ignore[attr-defined]  # simple-history reads these two names off the instance
    instance._change_reason = reason[:100]  # type: ignore[attr-defined]  # as above; its column holds 100 characters
    instance.save()
