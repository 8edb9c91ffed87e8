"""Keep promises: take leases, call the keepers, note what became of it. The one place with a blind `except`."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction

from compliance.core import clock
from compliance.core.errors import BackendFault, LeaseLost
from compliance.delivery.actions.leases import CLAIM, Lease
from compliance.delivery.models import Promise

log = structlog.get_logger(__name__)

# Seconds before the next try after the n-th failure, before jitter; the last one repeats.
BACKOFF = (2, 5, 15, 60, 300, 900)


@dataclass(frozen=True)
class Again:
    """A keeper's answer for "not yet": look again at `at`. Not a failure, and no forgetting of earlier ones."""

    at: datetime


Handler = Callable[[Mapping[str, str], Lease, datetime], Again | None]


@dataclass(frozen=True)
class Claimed:
    lease: Lease
    topic: str
    payload: Mapping[str, str]
    attempts: int


def drain(handlers: Mapping[str, Handler], *, limit: int = 100, seconds: float | None = None) -> int:
    """Keep up to `limit` promises that are due, one lease at a time; returns how many were worked on.

    After `seconds` none is begun any more: whoever else waits for this worker gets a turn.
    """
    done, started = 0, time.monotonic()
    while done < limit and (seconds is None or time.monotonic() - started < seconds) and (claimed := claim_one()):
        keep(handlers, claimed)
        done += 1
    return done


def claim_one() -> Claimed | None:
    """Take the most urgent promise that is due and unleased, or None."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"seconds": settings.LEASE_SECONDS, "limit": 1})
        row = cursor.fetchone()
    if row is None:
        return None
    return Claimed(Lease(row[0], row[1]), row[2], json.loads(row[3]), row[4])


def keep(handlers: Mapping[str, Handler], claimed: Claimed) -> None:
    """Call the keeper of one promise and store the result under its fence."""
    try:
        answer = handlers[claimed.topic](claimed.payload, claimed.lease, clock.now())
        settle(claimed, again=answer)
    except LeaseLost:
        log.warning("lease_lost", topic=claimed.topic, promise=str(claimed.lease.id))
    except Exception as error:  # noqa: BLE001  # the worker loop: one broken promise must not stop the others
        # The class of the error only: messages may quote what a person wrote.
        log.error(
            "promise_failed", topic=claimed.topic, promise=str(claimed.lease.id), error=type(error).__name__, attempt=claimed.attempts
        )
        postpone(claimed, error)


def settle(claimed: Claimed, *, again: Again | None) -> None:
    """Mark the promise kept, or due again, unless the lease was lost meanwhile."""
    with transaction.atomic():
        claimed.lease.guard()
        if again is None:
            Promise.objects.filter(pk=claimed.lease.id).update(
                state=Promise.State.KEPT, kept_at=clock.now(), lease_until=None, last_error=""
            )
        else:
            # As if this look had not been: what failed before, and how often, stays in sight until the promise is kept.
            Promise.objects.filter(pk=claimed.lease.id).update(due_at=again.at, lease_until=None, attempts=claimed.attempts - 1)


def postpone(claimed: Claimed, error: Exception) -> None:
    """Try again later: backoff with jitter, or when the far side said so (`Retry-After`)."""
    seconds: float = BACKOFF[min(claimed.attempts, len(BACKOFF)) - 1] * (0.5 + secrets.randbelow(1000) / 1000)
    if isinstance(error, BackendFault) and error.retry_after is not None:
        seconds = max(seconds, error.retry_after)
    try:
        with transaction.atomic():
            claimed.lease.guard()
            Promise.objects.filter(pk=claimed.lease.id).update(
                due_at=clock.now() + timedelta(seconds=seconds), lease_until=None, last_error=describe(error)
            )
    except LeaseLost:
        log.warning("lease_lost", topic=claimed.topic, promise=str(claimed.lease.id))


def describe(error: Exception) -> str:
    """An error in words for the officer's queue, without anything that somebody typed."""
    return f"{type(error).__name__}: {error.kind}" if isinstance(error, BackendFault) else type(error).__name__
