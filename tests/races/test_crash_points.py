"""X02: the worker dies by kill -9 at every step boundary of a destruction, twice in a row, and nobody has to help.

A boundary is the moment before and after each commit, and before and after each call to the backend. Each trial forks a
worker that kills itself at boundary n; a second one does the same where the first left off; a third one runs to the end.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.db.transaction import Atomic

from compliance.audit.models import Entry
from compliance.backend.protocol import Client
from compliance.core import clock
from compliance.delivery.actions import drain
from compliance.delivery.models import Promise
from compliance.erasure.actions import run
from compliance.erasure.models import Call, Order
from examples.scan_backend.harness import TOKEN, running, stand_in
from tests import factories
from tests.apps.erasure.conftest import Scans, order_everything

pytestmark = pytest.mark.django_db(transaction=True)
HANDLERS: dict[str, Any] = {"erasure.run": run, "erasure.certify": lambda *_: None, "consent.release_signed": lambda *_: None}
# Spreads the trials over the suite's time: every third boundary a run, all of them over three runs; `make experiments` takes all.
EVERY = int(os.environ.get("CRASH_EVERY", "3"))


@pytest.fixture
def scans(tmp_path: Path, settings: Any) -> Iterator[Scans]:
    settings.ANNOUNCE_WORK = ""
    with stand_in() as efface, running(tmp_path, efface.url, "--purge-delay", "0.05") as backend:
        settings.BACKEND_ALLOW = [backend.http.base_url.netloc.decode()]
        yield Scans(backend, factories.system(str(backend.http.base_url), TOKEN))


def die_at(boundary: int) -> None:
    """Patch this (forked) process so that it kills itself at the given boundary."""
    passed = 0

    def step() -> None:
        nonlocal passed
        passed += 1
        if passed == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    leave, call = Atomic.__exit__, Client._call

    def watched_exit(self: Atomic, *error: Any) -> None:
        outermost = not connection.savepoint_ids and connection.in_atomic_block
        if outermost:
            step()
        leave(self, *error)
        if outermost:
            step()

    def watched_call(self: Client, *args: Any, **options: Any) -> Any:
        step()
        answer = call(self, *args, **options)
        step()
        return answer

    Atomic.__exit__ = watched_exit  # type: ignore[method-assign]  # this process dies with the patch
    Client._call = watched_call  # type: ignore[method-assign]  # as above


def in_a_fork(work: Callable[[], None]) -> bool:
    """Run `work` in a process of its own; True when it came to its end, False when it was killed."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            connections.close_all()
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status)


def pass_over() -> None:
    """One worker's look: time has passed, so leases of the dead are over and everything is due."""
    Promise.objects.filter(state="waiting").update(due_at=clock.now(), lease_until=None)
    drain(HANDLERS, limit=5)


def crashing(boundary: int) -> Callable[[], None]:
    def work() -> None:
        die_at(boundary)
        pass_over()

    return work


def finish(order: Order) -> Order:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        in_a_fork(pass_over)
        order.refresh_from_db()
        if order.state == Order.State.COMPLETE:
            return order
        time.sleep(0.05)
    raise AssertionError(list(order.outcomes.values_list("artifact__category", "rung")))


def trial(scans: Scans, number: int) -> bool:
    """One person, one order, two deaths at the boundary; True while the boundary was still reached."""
    reference = f"usr_{number}"
    factories.signed(reference)
    scans.scan(reference)
    assert len(scans.files(reference)) == 8
    order = order_everything(reference)
    survived = in_a_fork(crashing(number))
    in_a_fork(crashing(number))
    finish(order)
    assert scans.files(reference) == []
    assert_like_every_other(order)
    return not survived


def assert_like_every_other(order: Order) -> None:
    """The same final state as without any death: one call, every rung once, one completion."""
    assert list(order.outcomes.values_list("rung", flat=True)) == ["purged"] * 8
    assert list(Call.objects.filter(order=order).values_list("state", flat=True)) == ["done"]
    kinds = list(Entry.objects.filter(object_id=str(order.pk)).values_list("kind", flat=True))
    for rung in ("called", "acknowledged", "absent", "purged"):
        assert kinds.count(f"erasure:outcome:{rung}") == 8
    assert kinds.count("erasure:order:completed") == 1
    assert Promise.objects.filter(topic="erasure.certify", payload__order=str(order.pk)).count() == 1


def test_x02_a_worker_killed_at_any_boundary_twice_in_a_row_ends_in_the_same_final_state(scans: Scans) -> None:
    boundary, reached = 1, 0
    while trial(scans, boundary):
        reached += 1
        boundary += EVERY
        assert boundary < 200
    # A destruction has some thirty boundaries: fewer trials would mean that the patch no longer hits them.
    assert reached >= 20 // EVERY
