"""Promises for the tests of delivery."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from compliance.audit.actions import record
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.delivery.actions import Again, Handler, Lease, promise
from compliance.delivery.models import Promise

TOPIC = "test.thing"


def promised(number: int = 1, *, urgent: bool = False, due_in: timedelta = timedelta(0)) -> Promise:
    at = clock.now()
    with transaction.atomic():
        entry = record(kind="test:thing:done", object_id=str(number), actor=SERVICE, at=at, payload={})
        return promise(topic=TOPIC, payload={"id": str(number)}, because=entry, at=at, due_at=at + due_in, urgent=urgent)


def keeper(do: Callable[[str], Again | None]) -> dict[str, Handler]:
    """The wiring of one topic whose keeper is called with the id of its payload."""

    def handle(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
        with transaction.atomic():
            lease.guard()
        return do(payload["id"])

    return {TOPIC: handle}
