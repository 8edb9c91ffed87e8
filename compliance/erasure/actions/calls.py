"""Calls to a system: the intention is committed before the call, the receipt after it."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from compliance.artifacts.actions import violation_of
from compliance.artifacts.models import Violation
from compliance.audit.actions import record
from compliance.backend.models import System
from compliance.backend.protocol import Client, Deletion, ItemOutcome
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import BackendFault
from compliance.delivery.actions import Lease
from compliance.erasure.actions.climb import climb
from compliance.erasure.models import Call, Order, Outcome, Rung
from compliance.erasure.queries.holds import held, lock
from compliance.erasure.rules import ASK_AGAIN, ASK_AGAIN_AFTER, BATCH, ENDED, TO_CALL

Reports = Mapping[str, ItemOutcome]
UNDER_HOLD = "under legal hold"


def intend(order: Order, system: System, lease: Lease) -> None:
    """Put everything that waits into calls of at most 500 items, and say so before anybody is called."""
    again = Q(rung__in=ASK_AGAIN, called_at__lt=clock.now() - ASK_AGAIN_AFTER)
    mine = order.outcomes.filter(Q(rung__in=TO_CALL) | again, artifact__system=system.pk)
    waiting = iter(mine.order_by("pk").values_list("pk", flat=True))
    while batch := list(islice(waiting, BATCH)):
        with transaction.atomic():
            lease.guard()
            at = clock.now()
            free = stop_held(batch, at)
            if free:
                call = Call.objects.create(order=order, system=system.pk, intended_at=at)
                climb(outcomes=free, rung=Rung.CALLED, at=at, call=call)
                _record("intended", call, len(free))


def stop_held(batch: list[UUID], at: datetime) -> list[UUID]:
    """Note what a hold keeps, and return the rest. With the artifacts locked: a hold comes before the intention, or after it."""
    artifacts = dict(Outcome.objects.filter(pk__in=batch).values_list("pk", "artifact_id"))
    lock(artifacts.values())
    kept = held(artifacts.values())
    climb(outcomes=[pk for pk, artifact in artifacts.items() if artifact in kept], rung=Rung.HELD, at=at, detail=UNDER_HOLD)
    return [pk for pk in batch if artifacts[pk] not in kept]


def send(order: Order, system: System, client: Client, lease: Lease) -> None:
    """Make every call that was intended and not yet accepted. Repeating one is safe: its id is its Idempotency-Key."""
    for call in order.calls.filter(system=system.pk, state=Call.State.INTENDED).order_by("intended_at"):
        outcomes = call.outcomes.select_related("artifact").order_by("pk")
        client.delete(str(call.pk), [(o.artifact.external_id, o.artifact.category, o.method) for o in outcomes], order.reason)
        with transaction.atomic():
            lease.guard()
            call.state, call.accepted_at = Call.State.ACCEPTED, clock.now()
            call.save()
            _record("accepted", call, len(outcomes))


def receipts(order: Order, system: System, client: Client, lease: Lease) -> Reports:
    """Ask what became of each call; note what the system acknowledges or refuses. Returns its latest word on each id."""
    reports: dict[str, ItemOutcome] = {}
    asked = list(order.outcomes.filter(artifact__system=system.pk).values_list("artifact__external_id", flat=True))
    for call in order.calls.filter(system=system.pk).exclude(state=Call.State.INTENDED).order_by("intended_at"):
        open_ones = list(call.outcomes.select_related("artifact").exclude(ENDED))
        if not open_ones:
            continue
        answer = word_on(call, client, asked, lease)
        if answer is None:
            continue
        reports |= {item.id: item for item in answer.items}
        with transaction.atomic():
            lease.guard()
            acknowledge(call, open_ones, reports, done=answer.state == "done")
            if answer.state == "done" and call.state != Call.State.DONE:
                call.state, call.done_at = Call.State.DONE, clock.now()
                call.receipt = {"items": {item.id: [item.outcome, item.purge] for item in answer.items}}
                call.save()
                _record("done", call, len(answer.items))
    return reports


def word_on(call: Call, client: Client, asked: list[str], lease: Lease) -> Deletion | None:
    """What the system says of a call. One it has forgotten (restored, or another host for a while) is sent again, as itself."""
    try:
        return client.deletion(str(call.pk), asked)
    except BackendFault as fault:
        if fault.kind != "status 404":
            raise
    with transaction.atomic():
        lease.guard()
        call.state = Call.State.INTENDED
        call.save()
        _record("forgotten", call, len(asked))
    return None


def acknowledge(call: Call, outcomes: list[Outcome], reports: Reports, *, done: bool) -> None:
    """Called -> acknowledged or refused, by the system's own word; "done" without a word about an item is no word."""
    at = clock.now()
    said = {o.pk: reports.get(o.artifact.external_id) for o in outcomes if o.rung == Rung.CALLED and o.call_id == call.pk}
    deleted = [pk for pk, item in said.items() if item and item.outcome in ("deleted", "absent")]
    silent = [pk for pk, item in said.items() if done and (item is None or item.outcome == "pending")]
    refused = [pk for pk, item in said.items() if item and item.outcome == "refused"]
    climb(outcomes=deleted, rung=Rung.ACKNOWLEDGED, at=at)
    climb(outcomes=silent, rung=Rung.UNREACHABLE, at=at, detail="done, without a word about this item")
    for row in climb(outcomes=refused, rung=Rung.REFUSED, at=at, detail="the system refused"):
        violation_of(artifact=row.artifact, kind=Violation.ViolationKind.STILL_PRESENT, at=at)


def _record(verb: str, call: Call, items: int) -> None:
    record(
        kind=f"erasure:call:{verb}",
        object_id=str(call.order_id),
        actor=SERVICE,
        at=clock.now(),
        payload={"call": str(call.pk), "system": call.system, "items": items},
        subject_id=call.order.subject_id,
    )
