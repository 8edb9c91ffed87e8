"""Carry out an order: look what is there, call, read the receipts, read back, and look once more before saying "complete".

A keeper of the outbox: it may be killed between any two lines. Everything it needs is in rows, each step is safe to repeat,
and every transaction that writes begins with the guard of the lease.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

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
from compliance.erasure.models import Order
from compliance.erasure.rules import DONE
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

    Raises the last `BackendFault` after every system had its turn: one dead system does not hold up the others.
    """
    order = Order.objects.get(pk=payload["order"])
    if order.state == Order.State.COMPLETE:
        return None
    fault: BackendFault | None = None
    sleeping: datetime | None = None
    for system in systems_of(order):
        if until := open_until(system, clock.now()):
            sleeping = max(sleeping or until, until)
            continue
        try:
            advance(Step(order, system, client_of(system), lease))
            succeeded(system=system, at=clock.now())
        except BackendFault as error:
            faulted(system=system, fault=error, at=clock.now())
            fault = error
    if fault:
        raise fault
    if sleeping or not complete(order, lease, clock.now()):
        return Again(sleeping or next_look(order, clock.now()))
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
    if order.outcomes.exclude(rung__in=DONE).exists():
        return False
    if order.everything and anything_left(order):
        return False
    looked_at = at if order.everything else None
    with transaction.atomic():
        lease.guard()
        order = Order.objects.select_for_update().get(pk=order.pk)
        # The order may have been widened since we looked; then it needs another look.
        if order.outcomes.exclude(rung__in=DONE).exists():
            return False
        if order.everything and looked_at is None:
            return False
        order.state, order.completed_at, order.last_look_at = Order.State.COMPLETE, at, looked_at
        save_with_history(order, actor=SERVICE, reason="every artifact read back as absent and reported purged")
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
    """A last look through every system's inventory of the person."""
    names = references(order.subject_id)
    return any(next(client_of(system).inventory(name), None) for system in systems_of(order) for name in names)


def next_look(order: Order, at: datetime) -> datetime:
    return at + min(max((at - order.ordered_at) / 5, SOONEST), LATEST)
