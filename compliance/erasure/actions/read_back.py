"""Done means read back: only a negative read makes `absent`, only the store's own report makes `purged`."""

from datetime import timedelta

from django.db import transaction

from compliance.artifacts.actions import mark_gone, resolve, violation_of
from compliance.artifacts.models import Violation
from compliance.audit.actions import record
from compliance.audit.tombstones import Ended, bury
from compliance.backend.models import System
from compliance.backend.protocol import Client
from compliance.backend.queries import backups_until, store_of
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.delivery.actions import Lease
from compliance.erasure.actions.calls import Reports
from compliance.erasure.actions.climb import climb
from compliance.erasure.models import Order, Outcome, Rung
from compliance.erasure.rules import NOT_THERE

# How long after an acknowledgement a thing may still be seen before that is a violation.
SLACK = timedelta(seconds=60)


def absent(order: Order, system: System, client: Client, lease: Lease) -> None:
    """Acknowledged -> absent for what the system no longer has; a violation for what it still has after the slack."""
    claimed = list(order.outcomes.select_related("artifact__subject").filter(artifact__system=system.pk, rung=Rung.ACKNOWLEDGED))
    if not claimed:
        return
    there = client.lookup([outcome.artifact.external_id for outcome in claimed])
    with transaction.atomic():
        lease.guard()
        at = clock.now()
        for outcome in claimed:
            if outcome.artifact.external_id in there:
                still_there(outcome)
                continue
            until = backups_until(system, outcome.artifact.store, at)
            climb(outcomes=[outcome.pk], rung=Rung.ABSENT, at=at, backups_until=until)
            mark_gone(artifact=outcome.artifact, at=at)
            bury(what=Ended.ARTIFACT, ids=[outcome.artifact_id], at=at)
            resolve(system=system.pk, external_id=outcome.artifact.external_id, actor=SERVICE, at=at, resolution="read back as absent")


def still_there(outcome: Outcome) -> None:
    """The system said "deleted" and still has it: after the slack a violation (`calls.intend` asks again later)."""
    at = clock.now()
    if outcome.acknowledged_at and at - outcome.acknowledged_at < SLACK:
        return
    violation_of(artifact=outcome.artifact, kind=Violation.ViolationKind.STILL_PRESENT, at=at)


def purged(order: Order, system: System, lease: Lease, reports: Reports) -> None:
    """Absent -> purged, by the store's report; where the purge is still to come, note when."""
    waiting = list(order.outcomes.select_related("artifact").filter(artifact__system=system.pk, rung=Rung.ABSENT).exclude(detail=NOT_THERE))
    with transaction.atomic():
        lease.guard()
        done = [outcome.pk for outcome in waiting if is_purged(outcome, system, reports)]
        climb(outcomes=done, rung=Rung.PURGED, at=clock.now())
        note_not_there([o for o in waiting if o.pk not in done and was_not_there(o, reports)])
        for outcome in waiting:
            report = reports.get(outcome.artifact.external_id)
            if outcome.pk not in done and report and report.purge_due and report.purge_due != outcome.purge_due:
                Outcome.objects.filter(pk=outcome.pk).update(purge_due=report.purge_due)


def is_purged(outcome: Outcome, system: System, reports: Reports) -> bool:
    """Whether the store reports the bytes gone. "none" counts only for a store that purges at once."""
    report = reports.get(outcome.artifact.external_id)
    store = store_of(system, outcome.artifact.store)
    if report is None or store is None:
        return False
    return report.purge == "done" or (report.purge == "none" and store["purge"] == "immediate")


def was_not_there(outcome: Outcome, reports: Reports) -> bool:
    """Whether the system said that it did not have the item, and has nothing to purge for it."""
    report = reports.get(outcome.artifact.external_id)
    return report is not None and (report.outcome, report.purge) == ("absent", "none")


def note_not_there(outcomes: list[Outcome]) -> None:
    """The exception by name, with its entry: these end at "absent"."""
    for outcome in outcomes:
        outcome.detail = NOT_THERE
        outcome.save()
        record(
            kind="erasure:outcome:not_there",
            object_id=str(outcome.order_id),
            actor=SERVICE,
            at=clock.now(),
            payload={"artifact": str(outcome.artifact_id)},
            subject_id=outcome.artifact.subject_id,
        )
