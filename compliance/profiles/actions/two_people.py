"""The promise changes by two people's word, from a moment on."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from compliance.audit.actions import record, save_with_history
from compliance.core import arrows
from compliance.core.actor import SERVICE, Actor
from compliance.core.clock import to_text
from compliance.core.errors import FieldError, Forbidden, Invalid
from compliance.profiles.actions.activate import activate
from compliance.profiles.models import Activation, Profile
from compliance.profiles.rules import refusals

State = Activation.State
ARROWS: Mapping[str, frozenset[str]] = {
    State.PROPOSED: frozenset({State.APPROVED, State.REJECTED}),
    State.APPROVED: frozenset({State.DONE, State.REFUSED, State.REJECTED}),
    State.DONE: frozenset(),
    State.REFUSED: frozenset(),
    State.REJECTED: frozenset(),
}


@transaction.atomic
def propose_activation(*, profile: Profile, effective_at: datetime, why: str, actor: Actor, at: datetime) -> Activation:
    """Ask a second person to make a version the promise. Raises `Invalid` with every refusal at once; then nothing is stored."""
    if refused := refusals(profile.document, settings.SERVED_JURISDICTIONS):
        raise Invalid("This profile cannot be activated.", [FieldError(r.where, f"{r.says} {r.remedy} (rule {r.rule})") for r in refused])
    made = Activation(profile=profile, effective_at=effective_at, why=why, proposed_at=at)
    made.proposed_by, made.proposed_by_account = actor.name, actor.account
    save_with_history(made, actor=actor, reason="proposed")
    _record(made, "proposed", actor, at)
    return made


@transaction.atomic
def approve_activation(*, activation_id: UUID, actor: Actor, at: datetime) -> Activation:
    """A second person agrees; the version becomes the promise at its moment, or now when that has passed."""
    found = Activation.objects.select_for_update().select_related("profile").get(pk=activation_id)
    if actor.did(found.proposed_by, found.proposed_by_account):
        raise Forbidden("A second person must approve this: whoever proposed it cannot.")
    _decide(found, State.APPROVED, actor, at)
    if found.effective_at <= at:
        take_effect(activation_id=found.pk, at=at)
        found.refresh_from_db()
    return found


@transaction.atomic
def reject_activation(*, activation_id: UUID, actor: Actor, at: datetime) -> Activation:
    """Not this promise; also possible after the approval, until its moment."""
    found = Activation.objects.select_for_update().select_related("profile").get(pk=activation_id)
    _decide(found, State.REJECTED, actor, at)
    return found


def activate_due(*, at: datetime) -> int:
    """Let every approved activation take effect whose moment has come, in their order; returns how many did."""
    due = Activation.objects.filter(state=State.APPROVED, effective_at__lte=at).order_by("effective_at", "pk")
    return sum(take_effect(activation_id=key, at=at) for key in list(due.values_list("pk", flat=True)))


@transaction.atomic
def take_effect(*, activation_id: UUID, at: datetime) -> bool:
    """Make the version the promise. The rules are asked once more: laws and settings may have changed since it was approved."""
    found = Activation.objects.select_for_update().select_related("profile").get(pk=activation_id)
    if found.state != State.APPROVED:
        return False
    try:
        with transaction.atomic():
            activate(profile=found.profile, actor=Actor(found.decided_by, "officer"), at=at, reason=f"two officers: {found.why}"[:100])
    except Invalid:
        _move(found, State.REFUSED, SERVICE, at)
        return False
    _move(found, State.DONE, SERVICE, at)
    return True


def _decide(found: Activation, state: Activation.State, actor: Actor, at: datetime) -> None:
    found.decided_by, found.decided_by_account, found.decided_at = actor.name, actor.account, at
    _move(found, state, actor, at)


def _move(found: Activation, state: Activation.State, actor: Actor, at: datetime) -> None:
    arrows.check(ARROWS, found.state, state)
    found.state = state
    save_with_history(found, actor=actor, reason=state.value)
    _record(found, state.value, actor, at)


def _record(found: Activation, verb: str, actor: Actor, at: datetime) -> None:
    profile = found.profile
    payload = {"profile": profile.hash, "slug": profile.slug, "version": profile.version, "from": to_text(found.effective_at)}
    record(kind=f"profiles:activation:{verb}", object_id=str(found.pk), actor=actor, at=at, payload=payload)
