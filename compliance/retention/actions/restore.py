"""After a restore: what was destroyed since that backup is looked for, ordered again, and verified absent before the store may serve."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from compliance.artifacts.actions import mark_gone, violation_of
from compliance.artifacts.models import Artifact, Violation
from compliance.audit.actions import record
from compliance.audit.models import Entry
from compliance.backend.actions import faulted, succeeded
from compliance.backend.models import System
from compliance.backend.queries import client_of, open_until
from compliance.core import clock
from compliance.core.actor import SERVICE, Actor
from compliance.core.durations import Duration
from compliance.core.errors import BackendFault, FieldError, Invalid
from compliance.delivery.actions import Again, Lease, promise
from compliance.erasure.actions import order
from compliance.erasure.models import Order, Outcome
from compliance.erasure.queries.holds import lock_people
from compliance.retention.models import CameBack, Restore

State = Restore.State
BATCH = 1_000
RULE = "A restored backup had brought it back: deleted again (GDPR 17(1); 740 ILCS 14/15(a))"
LOOK_AGAIN = timedelta(seconds=2)
# Where a system does not say how old its backups may be.
OLDEST = timedelta(days=366)
SKEW = timedelta(minutes=5)


@transaction.atomic
def declare_restore(*, system: System, store: str, restored_to: datetime, how: str, actor: Actor, at: datetime) -> Restore:
    """Note a restore and look for what came back. Raises `Invalid` for a moment ahead of now or a store nobody described."""
    named = {described["name"] for described in system.condition.stores}
    if store and named and store not in named:
        raise Invalid("The system does not describe this store.", [FieldError("/store", f"one of {', '.join(sorted(named))}, or nothing")])
    if restored_to > at + SKEW:
        raise Invalid("A restore cannot bring back the future.", [FieldError("/restored_to", "a moment before now, in UTC")])
    made = Restore.objects.create(system=system.pk, store=store, restored_to=restored_to, how=how, declared_at=at)
    entry = _record(made, "declared", actor, at, restored_to=clock.to_text(restored_to), how=how)
    promise(topic="retention.replay", payload={"restore": str(made.pk)}, because=entry, at=at, urgent=True)
    return made


def detected(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """A keeper of the outbox: a system showed a new epoch. The oldest backup it may hold is what may have come back."""
    with transaction.atomic():
        lease.guard()
        system = System.objects.select_related("condition").get(pk=payload["system"])
        ages = [store["backup_max_age"] for store in system.condition.stores]
        known = [Duration.parse(age).after(at) - at for age in ages if age]
        longest = max(known) if known and all(ages) else OLDEST
        declare_restore(system=system, store="", restored_to=at - longest, how="detected", actor=SERVICE, at=at)


def replay(payload: Mapping[str, str], lease: Lease, _at: datetime) -> Again | None:
    """A keeper of the outbox: look, order again, wait for the negative reads. None once the store may serve."""
    restore = Restore.objects.get(pk=payload["restore"])
    system = System.objects.select_related("condition").get(pk=restore.system)
    if until := open_until(system, clock.now()):
        return Again(until)
    try:
        while restore.state == State.LOOKING:
            look(restore, system, lease)
    except BackendFault as fault:
        return Again(faulted(system=system, fault=fault, at=clock.now()))
    succeeded(system=system, at=clock.now())
    return None if restore.state == State.CLEAR or cleared(restore, lease) else Again(clock.now() + LOOK_AGAIN)


def look(restore: Restore, system: System, lease: Lease) -> None:
    """One batch of what was destroyed since: what the system has again is ordered again."""
    batch = destroyed_since(restore)
    artifacts = list({outcome.artifact_id: outcome.artifact for outcome in batch}.values())
    there = client_of(system).lookup([artifact.external_id for artifact in artifacts]) if batch else frozenset[str]()
    with transaction.atomic():
        lease.guard()
        order_again(restore, [artifact for artifact in artifacts if artifact.external_id in there], clock.now())
        if batch:
            restore.after_absent_at, restore.after_outcome = batch[-1].absent_at, batch[-1].pk
            restore.asked += len(batch)
        else:
            restore.state = State.CLEARING
        restore.save()


def destroyed_since(restore: Restore) -> list[Outcome]:
    """The next batch of negative reads, by time: also of what somebody has found again meanwhile, whose end must be waited for."""
    rows = Outcome.objects.filter(
        artifact__system=restore.system, absent_at__gte=restore.restored_to, absent_at__lt=restore.declared_at, **_in_store(restore)
    )
    if restore.after_absent_at:
        rows = rows.filter(Q(absent_at__gt=restore.after_absent_at) | Q(absent_at=restore.after_absent_at, pk__gt=restore.after_outcome))
    return list(rows.select_related("artifact__subject").order_by("absent_at", "pk")[:BATCH])


def _in_store(restore: Restore) -> dict[str, str]:
    return {"artifact__store": restore.store} if restore.store else {}


def order_again(restore: Restore, artifacts: list[Artifact], at: datetime) -> None:
    lock_people(artifact.subject_id for artifact in artifacts)
    for artifact in artifacts:
        violation_of(artifact=artifact, kind=Violation.ViolationKind.REAPPEARED, at=at)
        mark_gone(artifact=artifact, at=None)
    CameBack.objects.bulk_create((CameBack(restore=restore, artifact=artifact) for artifact in artifacts), ignore_conflicts=True)
    for subject_id in sorted({artifact.subject_id for artifact in artifacts}):
        order(
            subject_id=subject_id,
            reason=Order.Reason.RESTORE,
            rule=RULE,
            origin=f"retention:restore:{restore.pk}",
            decided_by=SERVICE.name,
            actor=SERVICE,
            at=at,
            artifacts=[artifact for artifact in artifacts if artifact.subject_id == subject_id],
        )


def cleared(restore: Restore, lease: Lease) -> bool:
    """Whether everything that came back was read back as absent; then the store may serve."""
    if CameBack.objects.filter(restore=restore, artifact__gone_at__isnull=True).exists():
        return False
    with transaction.atomic():
        lease.guard()
        restore.state, restore.cleared_at = State.CLEAR, clock.now()
        restore.save()
        _record(restore, "cleared", SERVICE, restore.cleared_at, came_back=CameBack.objects.filter(restore=restore).count())
    return True


def _record(restore: Restore, verb: str, actor: Actor, at: datetime, **facts: object) -> Entry:
    payload = {"system": restore.system, "store": restore.store, **facts}
    return record(kind=f"retention:restore:{verb}", object_id=str(restore.pk), actor=actor, at=at, payload=payload)
