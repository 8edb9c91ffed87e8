"""A snapshot and a withdrawal at the same time: one waits for the other, and nobody is a member who had stopped before its moment."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from consent.models import Member, Snapshot
from tests.apps.consent.training_cast import Trainer, allowed, person, promise, taken_back, thing

pytestmark = pytest.mark.django_db(transaction=True)
HELD = 0.5


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    made = threading.Thread(target=run)
    made.start()
    return made


def ready() -> tuple[Trainer, str]:
    promise()
    trainer = Trainer()
    for name in ("ana", "ben"):
        allowed(name)
        thing(name, f"{name}-1", category="metadata", biometric=False, purpose="account_history")
    return trainer, trainer.dataset()


def test_a_snapshot_waits_for_a_withdrawal_that_is_being_written_and_sees_it() -> None:
    trainer, dataset = ready()
    begun = threading.Event()

    def ben_stops() -> None:
        with transaction.atomic():
            taken_back("ben")
            begun.set()
            time.sleep(HELD)

    other = in_thread(ben_stops)
    assert begun.wait(10)
    started = time.monotonic()
    taken = trainer.snapshot(dataset, ["ana-1", "ben-1"])
    other.join()
    assert time.monotonic() - started > HELD / 2, "it did not wait"
    assert set(taken.members) == {"ana-1"}
    assert Snapshot.objects.get().at > person("ben").releases.get().ended_at  # type: ignore[operator]  # withdrawn above


def test_a_withdrawal_waits_for_a_snapshot_and_ends_the_opt_in_after_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    from consent.actions import snapshots

    trainer, dataset = ready()
    settled, decide = threading.Event(), snapshots._members

    def slow(*args: Any) -> Any:
        settled.set()
        time.sleep(HELD)
        return decide(*args)

    monkeypatch.setattr(snapshots, "_members", slow)
    other = in_thread(lambda: trainer.snapshot(dataset, ["ana-1", "ben-1"]))
    assert settled.wait(10)
    started = time.monotonic()
    taken_back("ben")
    waited = time.monotonic() - started
    other.join()
    assert waited > HELD / 2, "it did not wait"
    assert Member.objects.filter(subject=person("ben")).count() == 1
    monkeypatch.undo()
    assert set(trainer.snapshot(dataset, ["ana-1", "ben-1"]).members) == {"ana-1"}
