"""Reconciliation: read a system's whole inventory, page by page, and hold it against the registry.

Each page is judged and stored in one transaction together with the cursor of the next one: a worker may be killed anywhere, and
memory does not grow with the inventory.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from compliance.artifacts.models import Artifact
from compliance.audit.actions import record
from compliance.backend.actions import describe, faulted, succeeded
from compliance.backend.models import System
from compliance.backend.protocol import Client, Page
from compliance.backend.queries import client_of, open_until
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import BackendFault
from compliance.delivery.actions import Again, Lease, Once, promise
from compliance.retention.actions.found import judged, settle_found, settle_missing
from compliance.retention.models import Reading, Seen
from compliance.retention.queries import missing_after

State = Reading.State
EVERY = timedelta(minutes=15)
# One pass of a worker; others wait for it, so it is short.
PASS = timedelta(seconds=20)
# A reading that takes longer than this has failed: officers see it, and a new one begins.
LONGEST = timedelta(hours=12)
BATCH = 1_000


def start_readings(*, at: datetime) -> int:
    """Begin a reading of every system whose last one is a quarter of an hour old; returns how many."""
    return sum(start_reading(system=system, at=at) for system in System.objects.order_by("slug"))


@transaction.atomic
def start_reading(*, system: System, at: datetime) -> bool:
    """Begin a reading unless one runs, or has just ended."""
    System.objects.select_for_update(no_key=True).get(pk=system.pk)
    last = Reading.objects.filter(system=system.pk).order_by("-started_at").first()
    if last and (last.state == State.READING or last.started_at + EVERY > at):
        return False
    reading = Reading.objects.create(system=system.pk, started_at=at)
    promise(topic="retention.read_on", payload={"reading": str(reading.pk)}, because=Once(reading.pk), at=at)
    return True


def read_on(payload: Mapping[str, str], lease: Lease, _at: datetime) -> Again | None:
    """A keeper of the outbox: go on with a reading for a while. Returns when to go on, or None at its end."""
    reading = Reading.objects.get(pk=payload["reading"])
    system = System.objects.select_related("condition").get(pk=reading.system)
    started = clock.now()
    if reading.state != State.READING:
        return None
    if started - reading.started_at > LONGEST:
        end(reading, State.FAILED, lease, trouble="it took longer than half a day")
        return None
    if until := open_until(system, started):
        return Again(until)
    try:
        return read_pages(reading, system, client_of(system), lease, started)
    except BackendFault as fault:
        Reading.objects.filter(pk=reading.pk).update(trouble=fault.kind[:200])
        return Again(faulted(system=system, fault=fault, at=clock.now()))


def read_pages(reading: Reading, system: System, client: Client, lease: Lease, started: datetime) -> Again | None:
    """Pages until the pass is over, or until the last page; then what is missing."""
    if not reading.pages:
        describe(system=system, description=client.describe(), actor=SERVICE, at=started)
    while not reading.all_listed:
        page = client.page_of_everything(reading.cursor or None)
        if page.next and page.next in (reading.cursor, reading.mark):
            raise BackendFault("The inventory runs in a circle.", kind="cursor repeated")
        take_in(reading, system, client, lease, page)
        succeeded(system=system, at=clock.now())
        if clock.now() - started > PASS:
            return Again(clock.now())
    look_for_missing(reading, client, lease)
    end(reading, State.DONE, lease)
    return None


def take_in(reading: Reading, system: System, client: Client, lease: Lease, page: Page) -> None:
    """Judge one page, settle what was found, and move the cursor, all or nothing."""
    at = clock.now()
    found, seen = judged(system, client, page.items, at)
    with transaction.atomic():
        lease.guard()
        settle_found(system, found, at)
        Seen.objects.bulk_create(Seen(reading=reading.pk, artifact=artifact) for artifact in seen)
        reading.found = dict(Counter(reading.found) + Counter(kind.value for _item, kind, _artifact in found))
        reading.pages, reading.items, reading.trouble = reading.pages + 1, reading.items + len(page.items), ""
        if reading.pages.bit_count() == 1:
            reading.mark = reading.cursor
        reading.cursor, reading.all_listed = page.next or "", page.next is None
        reading.save()


def look_for_missing(reading: Reading, client: Client, lease: Lease) -> None:
    """What the registry has and no page showed. Each is asked for by its id before anybody says that it is missing."""
    after: UUID | None = None
    # Counted anew after a crash: the pages are behind us, their counts stay.
    reading.found = {kind: count for kind, count in reading.found.items() if kind != "missing"}
    while batch := missing_after(reading, after, BATCH):
        after = batch[-1].pk
        there = client.lookup([artifact.external_id for artifact in batch])
        absent: list[Artifact] = [artifact for artifact in batch if artifact.external_id not in there]
        with transaction.atomic():
            lease.guard()
            settle_missing(absent, clock.now())
            reading.found = dict(Counter(reading.found) + Counter({"missing": len(absent)}))
            reading.save()


def end(reading: Reading, state: Reading.State, lease: Lease, trouble: str = "") -> None:
    """Close a reading and forget which artifacts it came across."""
    at = clock.now()
    with transaction.atomic():
        lease.guard()
        reading.state, reading.ended_at, reading.trouble = state, at, trouble
        reading.save()
        Seen.objects.filter(reading=reading.pk).delete()
        record(
            kind=f"retention:reading:{state.value}",
            object_id=str(reading.pk),
            actor=SERVICE,
            at=at,
            payload={"system": reading.system, "items": reading.items, "found": reading.found},
        )
