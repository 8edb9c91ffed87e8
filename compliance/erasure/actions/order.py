"""Decide to destroy: one open order a person, with a row for every artifact in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.artifacts import queries as artifacts_of
from compliance.artifacts.models import Artifact
from compliance.audit.actions import record, save_with_history
from compliance.audit.models import Entry
from compliance.audit.tombstones import Ended, bury
from compliance.core.actor import Actor
from compliance.core.sealing import Sealer
from compliance.delivery.actions import promise, spread
from compliance.erasure.models import Order, Outcome
from compliance.erasure.rules import METHODS, PRECEDENCE, URGENT
from compliance.subjects.actions import lock
from compliance.subjects.keys import sealer_of


@transaction.atomic
def order(
    *,
    subject_id: UUID,
    reason: str,
    rule: str,
    origin: str,
    decided_by: str,
    actor: Actor,
    at: datetime,
    artifacts: Sequence[Artifact] | None = None,
) -> Order | None:
    """Order the destruction of `artifacts` and all made from them; None means everything that is known or will be found.

    Two orders for one person never run at once: an open one is widened and returned. Returns None when named artifacts are
    all gone already. From the moment this commits, the consent check denies for an order over everything.
    """
    subject = lock(subject_id)
    everything = artifacts is None
    wanted = list(artifacts_of.live(subject.pk)) if artifacts is None else artifacts_of.live_with_descendants(artifacts)
    if not everything and not wanted:
        return None
    sealer = sealer_of(subject) if subject.wrapped_key else None
    running = Order.objects.select_for_update().filter(subject=subject, state=Order.State.OPEN).first()
    if running is None:
        running = Order(
            subject=subject, reason=reason, everything=everything, rule=rule, origin=origin, decided_by=decided_by, ordered_at=at
        )
        save_with_history(running, actor=actor, reason=rule)
        verb, changed = "ordered", True
    else:
        verb = "widened"
        changed = widen(running, reason=reason, everything=everything, rule=rule, origin=origin, decided_by=decided_by, actor=actor)
    added = add_outcomes(running, wanted)
    if not changed and not added:
        return running
    entry = record_order(running, verb, added, actor, at, sealer)
    if running.everything:
        bury(what=Ended.PERSON, ids=[subject.pk], at=running.ordered_at)
    spread(event="deletion.ordered", about=entry.uid, at=at)
    promise(topic="erasure.run", payload={"order": str(running.pk)}, because=entry, at=at, urgent=reason in URGENT)
    return running


def widen(running: Order, *, reason: str, everything: bool, rule: str, origin: str, decided_by: str, actor: Actor) -> bool:
    """Let an open order take in a further reason; False when it holds it already. The weightier reason names it; it never narrows."""
    weightier = PRECEDENCE.index(Order.Reason(reason)) < PRECEDENCE.index(Order.Reason(running.reason))
    if not weightier and running.everything >= everything:
        return False
    running.everything = running.everything or everything
    if weightier:
        running.reason, running.rule, running.origin, running.decided_by = reason, rule, origin, decided_by
    save_with_history(running, actor=actor, reason=f"widened: {rule}")
    return True


def add_outcomes(running: Order, wanted: Iterable[Artifact]) -> int:
    """One outcome per artifact that the order does not hold yet; returns how many were added."""
    known = set(running.outcomes.values_list("artifact_id", flat=True))
    rows = [
        Outcome(order=running, artifact=artifact, method=METHODS.get(artifact.category, "delete"))
        for artifact in wanted
        if artifact.pk not in known
    ]
    Outcome.objects.bulk_create(rows)
    return len(rows)


def record_order(running: Order, verb: str, added: int, actor: Actor, at: datetime, sealer: Sealer | None) -> Entry:
    return record(
        kind=f"erasure:order:{verb}",
        object_id=str(running.pk),
        actor=actor,
        at=at,
        payload={"reason": running.reason, "rule": running.rule, "everything": running.everything, "artifacts_added": added},
        sealer=sealer,
        subject_id=running.subject_id,
    )
