"""Place a hold and release it: two people each time, named artifacts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from compliance.artifacts.actions import violation_of
from compliance.artifacts.models import Artifact, Violation
from compliance.audit.actions import record, save_with_history
from compliance.core import arrows
from compliance.core.actor import Actor
from compliance.core.errors import Forbidden, Invalid
from compliance.delivery.actions import promise, spread
from compliance.erasure.actions.climb import climb
from compliance.erasure.actions.order import order
from compliance.erasure.models import HeldArtifact, Hold, Order, Outcome, Rung
from compliance.erasure.queries.holds import held, lock
from compliance.erasure.rules.holds import HOLD_ARROWS, effect, refusals
from compliance.law.regimes import effective

State = Hold.State
TOLD = {State.ACTIVE: "hold.placed", State.ESCALATED: "hold.placed", State.RELEASED: "hold.released"}
RULE = "The hold over it was released: due at once"


@dataclass(frozen=True)
class Ground:
    """Why something must not be destroyed: whose word, which document, who answers for it, and when somebody looks again."""

    authority: str
    reference: str
    document_sha256: str
    owner: str
    review_on: date
    why: str
    secret: bool = False


@transaction.atomic
def propose_hold(*, ground: Ground, artifacts: Sequence[Artifact], actor: Actor, at: datetime) -> Hold:
    """Write a hold down. It is in force once a second person approved it. Raises `Invalid` naming all that it lacks."""
    lacking = refusals(
        reference=ground.reference,
        owner=ground.owner,
        document_sha256=ground.document_sha256,
        review_on=ground.review_on,
        today=at.date(),
        artifacts=len(artifacts),
    )
    if lacking:
        raise Invalid("This hold cannot be placed.", lacking)
    hold = Hold(**vars(ground), proposed_by=actor.name, proposed_by_account=actor.account, proposed_at=at)
    save_with_history(hold, actor=actor, reason="proposed")
    HeldArtifact.objects.bulk_create(HeldArtifact(hold=hold, artifact=artifact) for artifact in artifacts)
    _record(hold, "proposed", actor, at, artifacts=len(artifacts))
    return hold


@transaction.atomic
def approve_hold(*, hold_id: UUID, actor: Actor, at: datetime) -> Hold:
    """Put a hold in force, by a second person. What is not called yet stops; where a law knows no such exception, it escalates."""
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    _somebody_else(hold.proposed_by, hold.proposed_by_account, actor)
    things = lock(hold.items.values_list("artifact_id", flat=True))
    conflicts = sorted({words for artifact in things for words in _conflicts(hold, artifact)})
    hold.approved_by, hold.approved_by_account, hold.approved_at, hold.conflicts = actor.name, actor.account, at, conflicts
    _move(hold, State.ESCALATED if conflicts else State.ACTIVE, actor, at, artifacts=len(things), conflicts=conflicts)
    for artifact in things:
        if _conflicts(hold, artifact):
            violation_of(artifact=artifact, kind=Violation.ViolationKind.HOLD_CONFLICT, at=at)
    return hold


@transaction.atomic
def reject_hold(*, hold_id: UUID, actor: Actor, at: datetime) -> Hold:
    """End a hold that was never in force."""
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    _move(hold, State.REJECTED, actor, at)
    return hold


@transaction.atomic
def propose_release(*, hold_id: UUID, actor: Actor, at: datetime) -> Hold:
    """Ask a second person to release a hold. It stays in force until then."""
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    hold.release_proposed_by, hold.release_proposed_by_account = actor.name, actor.account
    _move(hold, State.RELEASE_PROPOSED, actor, at)
    return hold


@transaction.atomic
def release_hold(*, hold_id: UUID, actor: Actor, at: datetime) -> Hold:
    """Release a hold, by a second person: what it kept from its end is due at once."""
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    _somebody_else(hold.release_proposed_by, hold.release_proposed_by_account, actor)
    things = lock(hold.items.values_list("artifact_id", flat=True))
    hold.released_by, hold.released_by_account, hold.released_at = actor.name, actor.account, at
    _move(hold, State.RELEASED, actor, at, artifacts=len(things))
    still = held(artifact.pk for artifact in things)
    _resume([artifact for artifact in things if artifact.pk not in still], actor, at)
    return hold


def _resume(things: list[Artifact], actor: Actor, at: datetime) -> None:
    """Go on where an order stopped; order anew what a finished order had to leave."""
    stopped = Outcome.objects.filter(artifact__in=things, rung=Rung.HELD)
    in_open = list(stopped.filter(order__state=Order.State.OPEN).values_list("pk", flat=True))
    climb(outcomes=in_open, rung=Rung.PLANNED, at=at)
    left = {row.artifact_id: row.order for row in stopped.filter(order__state=Order.State.COMPLETE).select_related("order")}
    again = [artifact for artifact in things if artifact.gone_at is None and artifact.pk in left]
    for subject_id in sorted({artifact.subject_id for artifact in again}):
        mine = [artifact for artifact in again if artifact.subject_id == subject_id]
        reason = left[mine[0].pk].reason
        order(
            subject_id=subject_id,
            reason=reason,
            rule=RULE,
            origin=f"erasure:order:{left[mine[0].pk].pk}",
            decided_by=actor.name,
            actor=actor,
            at=at,
            artifacts=mine,
        )
    for found in Order.objects.filter(outcomes__in=in_open).distinct():
        entry = record(
            kind="erasure:order:resumed",
            object_id=str(found.pk),
            actor=actor,
            at=at,
            payload={"why": RULE},
            subject_id=found.subject_id,
        )
        promise(topic="erasure.run", payload={"order": str(found.pk)}, because=entry, at=at)


def _conflicts(hold: Hold, artifact: Artifact) -> tuple[str, ...]:
    places = [place.code for place in effective(artifact.subject.jurisdictions, settings.SERVED_JURISDICTIONS)]
    return effect(authority=hold.authority, biometric=artifact.biometric, jurisdictions=places)[1]


def _somebody_else(first: str, account: int | None, actor: Actor) -> None:
    if actor.did(first, account):
        raise Forbidden("A second person must do this: whoever proposed it cannot.")


def _move(hold: Hold, state: State, actor: Actor, at: datetime, **facts: object) -> None:
    arrows.check(HOLD_ARROWS, hold.state, state)
    hold.state = state
    save_with_history(hold, actor=actor, reason=state.value)
    _record(hold, state.value, actor, at, **facts)
    # A hold that must stay secret is told to nobody, machines included.
    if state in TOLD and not hold.secret:
        spread(event=TOLD[state], about=hold.pk, at=at)


def _record(hold: Hold, verb: str, actor: Actor, at: datetime, **facts: object) -> None:
    payload = {"authority": hold.authority, "reference": hold.reference, "review_on": hold.review_on.isoformat(), **facts}
    record(kind=f"erasure:hold:{verb}", object_id=str(hold.pk), actor=actor, at=at, payload=payload)
