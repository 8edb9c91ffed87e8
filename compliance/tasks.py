"""The periodic jobs. Each says "look now"; the work and its state are rows in PostgreSQL."""

import structlog
from celery import shared_task
from django.db import DatabaseError
from kombu.exceptions import OperationalError

from compliance.access.actions import forget_old
from compliance.audit.actions import checkpoint, sequence
from compliance.core import clock
from compliance.delivery.actions import drain, sign
from compliance.retention.actions import sweep
from compliance.wiring import HANDLERS

log = structlog.get_logger(__name__)


@shared_task(name="efface.look")
def look() -> None:
    """Keep promises that are due."""
    sign("worker")
    drain(HANDLERS)


@shared_task(name="efface.beat")
def beat() -> None:
    """Beat lives: only its schedule sends this."""
    sign("beat")


@shared_task(name="efface.sequence")
def extend_ledger() -> None:
    """Give committed entries their place in the tree, and sign what is new."""
    while sequence(at=clock.now()):
        pass
    checkpoint(at=clock.now())


@shared_task(name="efface.sweep")
def sweep_due() -> None:
    """Order the destruction of what is due."""
    sweep()


@shared_task(name="efface.tidy")
def tidy() -> None:
    """Forget counters and remembered answers whose day has passed."""
    forget_old(at=clock.now())


def announce() -> None:
    """After a commit: ask a worker to look now. A broker that is down costs seconds, never work."""
    try:
        look.apply_async(expires=10, retry=False)
    except (OperationalError, OSError, DatabaseError) as error:
        log.warning("announcement_lost", error=type(error).__name__)
