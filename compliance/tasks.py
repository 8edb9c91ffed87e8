"""The periodic jobs. Each says "look now"; the work and its state are rows in PostgreSQL."""

import structlog
from celery import shared_task
from django.core.management import call_command
from kombu.exceptions import OperationalError

from compliance.access.actions import forget_old
from compliance.audit import actions as ledger
from compliance.core import clock
from compliance.delivery.actions import drain, sign
from compliance.profiles.actions import activate_due
from compliance.retention.actions import replay_tombstones, start_readings, sweep
from compliance.retention.actions.sweep import database_now
from compliance.wiring import HANDLERS
from consent.actions.expire import expire_ended
from dsar.actions import expire_unconfirmed

# Seconds of one turn: beat's other jobs wait for the same workers.
TURN = 5.0
log = structlog.get_logger(__name__)


@shared_task(name="efface.look")
def look() -> None:
    """Keep promises that are due."""
    sign("worker")
    drain(HANDLERS, seconds=TURN)


@shared_task(name="efface.beat")
def beat() -> None:
    """Beat lives: only its schedule sends this."""
    sign("beat")


@shared_task(name="efface.sequence")
def sequence() -> None:
    """Give committed entries their place in the tree."""
    ledger.sequence(at=clock.now())


@shared_task(name="efface.checkpoint")
def checkpoint() -> None:
    """Sign what is new. Once a minute: each one is a row and a file for good. Who needs one at once makes it."""
    ledger.checkpoint(at=clock.now())


@shared_task(name="efface.sweep")
def sweep_due() -> None:
    """Order the destruction of what is due."""
    sweep()


@shared_task(name="efface.reconcile")
def reconcile() -> None:
    """Begin a reading of every system whose last one is a quarter of an hour old."""
    start_readings(at=clock.now())


@shared_task(name="efface.expire")
def expire() -> None:
    """End releases that have run out, or gone stale."""
    expire_ended(at=clock.now())


@shared_task(name="efface.activate")
def activate() -> None:
    """Let approved profiles take effect whose moment has come, by the database's clock."""
    activate_due(at=database_now())


@shared_task(name="efface.tombstones")
def tombstones() -> None:
    """Move the marks on, so that the next start has little to read."""
    replay_tombstones(at=clock.now())


@shared_task(name="efface.tidy")
def tidy() -> None:
    """Forget what has had its day: counters, remembered answers, sessions, requests that nobody confirmed."""
    forget_old(at=clock.now())
    call_command("clearsessions")
    expire_unconfirmed(at=clock.now())


def announce() -> None:
    """After a commit: ask a worker to look now. A broker that is down costs a moment, never work."""
    try:
        look.apply_async(expires=10, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("announcement_lost", error=type(error).__name__)
