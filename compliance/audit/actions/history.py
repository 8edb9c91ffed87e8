"""Save a tracked row so that its history names the officer and the reason."""

from django.db import models

from compliance.core.actor import Actor


def save_with_history(instance: models.Model, *, actor: Actor, reason: str) -> None:
    """Save `instance` once; its new history row carries the actor's account (if an officer acted) and `reason`."""
    # Two names that simple-history reads off the instance; the column of the second one holds 100 characters.
    given = vars(instance)
    given["_history_user"], given["_change_reason"] = actor.officer, reason[:100]
    instance.save()
