"""Carry out an order: look what is there, call, read the receipts, read back, and look once more before saying "complete".

A keeper of the outbox: it may be killed between any two lines. Everything it needs is in rows, each step is safe to repeat,
and every transaction that writes to the order begins with the guard of the lease.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from compliance.artifacts.actions import violation_of
from compliance.artifacts.models import Violation
from compliance.audit.actions import record, save_with_history
from compliance.backend.actions import describe, faulted, succeeded
from compliance.backend.models import System
from compliance.backend.protocol import Client
from compliance.backend.queries import client_of, open_until
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import BackendFault
from compliance.delivery.actions import Again, Lease, promise
from compliance.erasure.actions import calls, read_back
from compliance.erasure.actions.find import find
from compliance.erasure.models import Order, Rung
from compliance.erasure.rules import ENDED, LATE_AFTER
from compliance.subjects.queries import references

# How long to wait before looking again while a backend works: a fifth of the order's age, within these bounds.
SOONEST, LATEST = timedelta(seconds=0.5), timedelta(minutes=5)


@dataclass(frozen=True)
class Step:
    """One system's part of one run."""

    order: Order
    system: System
    client: Client
    lease: Lease


def run(payload: Mapping[str, str], lease: Lease, _at: datetime) -> Again | None:
    """Take the order as far as it goes now. Returns when to look again, or None when it is complete.

    A system that is in trouble waits for itself alone; the next look comes when the first of them can be asked again.
    """
    order = Order.objects.get(pk=payload["order"])
    if order.state == Order.State.COMPLETE:
        return None
    waits = [until for system in systems_of(order) if (until := one_pass(order, system, lease))]
    if not waits and complete(order, lease, clock.now()):
        return None
    note_late(order, lease, clock.now())
    # With every system in trouble there is nothing to look at before the first of them can be asked again.
    looks = waits if waits and len(waits) == len(systems_of(order)) else [next_look(order, clock.now()), *waits]
    return Again(min(looks))


def one_pass(order: Order, system: System, lease: Lease) -> datetime | None:
    """One system's turn; until when it is left alone, where it is in trouble."""
    if until := open_until(system, clock.now()):
        return until
    try:
        advance(Step(order, system, client_of(system), lease))
    except BackendFault as error:
        return faulted(system=system, fault=error, at=clock.now())
    succeeded(system=system, at=clock.now())
    return None


def systems_of(order: Order) -> list[System]:
    """The systems with a part in it: for an order over everything all of them, because any may hold something unknown."""
    systems = System.objects.select_related("condition").order_by("slug")
    return list(systems if order.everything else systems.filter(pk__in=order.outcomes.values("artifact__system")))


def advance(step: Step) -> None:
    """One pass over one system."""
    description = step.client.describe()
    with transaction.atomic():
        step.lease.guard()
        describe(system=step.system, description=description, actor=SERVICE, at=clock.now())
    step.system.condition.refresh_from_db()
    if step.order.everything:
        find(step.order, step.system, step.client, step.lease)
    calls.intend(step.order, step.system, step.lease)
    calls.send(step.order, step.system, step.client, step.lease)
    reports = calls.receipts(step.order, step.system, step.client, step.lease)
    read_back.absent(step.order, step.system, step.client, step.lease)
    read_back.purged(step.order, step.system, step.lease, reports)


def complete(order: Order, lease: Lease, at: datetime) -> bool:
    """Close the order when every artifact in it is on a final rung and, for everything, a last look finds nothing."""
    if order.outcomes.exclude(ENDED).exists():
        return False
    looked = order.everything
    if looked and anything_left(order):
        return False
    with transaction.atomic():
        lease.guard()
        order = Order.objects.select_for_update().get(pk=order.pk)
        # The order may have been widened since we looked; then it needs another look.
        if order.outcomes.exclude(ENDED).exists() or order.everything != looked:
            return False
        order.state, order.completed_at, order.last_look_at = Order.State.COMPLETE, at, at if looked else None
        save_with_history(
            order,
            actor=SERVICE,
            reason="every artifact in it is gone or has a named exception",
        )
        entry = record(
            kind="erasure:order:completed",
            object_id=str(order.pk),
            actor=SERVICE,
            at=at,
            payload={"artifacts": order.outcomes.count()},
            subject_id=order.subject_id,
        )
        promise(topic="erasure.certify", payload={"order": str(order.pk), "entry": str(entry.uid)}, because=entry, at=at, urgent=True)
    return True


def anything_left(order: Order) -> bool:
    """A last look through every system's inventory of the person. A system that cannot answer now may still have something."""
    names = references(order.subject_id)
    for system in systems_of(order):
        kept = set(order.outcomes.filter(rung=Rung.HELD, artifact__system=system.pk).values_list("artifact__external_id", flat=True))
        try:
            if any(item.id not in kept for name in names for item in client_of(system).inventory(name)):
                return True
        except BackendFault as error:
            faulted(system=system, fault=error, at=clock.now())
            return True
    return False


def note_late(order: Order, lease: Lease, at: datetime) -> None:
    """B14: what keeps an order open for too long is a violation with its age, never a silent retry."""
    if at - order.ordered_at < LATE_AFTER:
        return
    with transaction.atomic():
        lease.guard()
        for outcome in order.outcomes.exclude(ENDED).select_related("artifact__subject"):
            violation_of(artifact=outcome.artifact, kind=Violation.ViolationKind.OVERDUE, at=at)


def next_look(order: Order, at: datetime) -> datetime:
    return at + min(max((at - order.ordered_at) / 5, SOONEST), LATEST)
