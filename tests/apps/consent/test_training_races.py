"""A snapshot and a withdrawal at the same time: one waits for the other, and nobody is a member who had stopped before its moment."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from compliance.core import clock
from compliance.subjects.actions import know
from compliance.subjects.models import Subject
from consent.actions import snapshots
from consent.actions.merge import merge
from consent.models import Member, Snapshot
from tests.apps.consent.training_cast import BACKEND, Trainer, allowed, person, promise, taken_back, thing
from tests.conftest import owner_connection

pytestmark = pytest.mark.django_db(transaction=True)
HELD = 0.5
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    made = threading.Thread(target=run)
    made.start()
    return made


def until_somebody_waits() -> None:
    with owner_connection() as owner:
        for _ in range(500):
            if owner.execute(WAITING).fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waited")


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


def test_a_snapshot_locks_people_in_the_order_in_which_a_merge_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it waits for the first of two, it holds no second: else a merge of the two and it would wait for each other."""
    monkeypatch.setattr(snapshots, "CHUNK", 1)
    trainer, dataset = ready()
    first, second = sorted([person("ana"), person("ben")], key=lambda one: one.pk)
    # By name, the other way round.
    for name, owner in (("a", "ana" if second == person("ana") else "ben"), ("b", "ana" if first == person("ana") else "ben")):
        thing(owner, f"{name}-9", category="metadata", biometric=False, purpose="account_history")
    taken = []
    with transaction.atomic():
        Subject.objects.select_for_update().get(pk=first.pk)
        other = in_thread(lambda: taken.append(trainer.snapshot(dataset, ["a-9", "b-9"])))
        until_somebody_waits()
        assert Subject.objects.select_for_update(nowait=True).get(pk=second.pk) == second
    other.join()
    assert set(taken[0].members) == {"a-9", "b-9"}


def test_a_snapshot_that_waited_for_a_merge_holds_the_account_that_the_guest_became(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, dataset = ready()
    guest = know(reference="guest-1", kind=Subject.SubjectKind.GUEST, actor=BACKEND, at=clock.now())
    thing("guest-1", "g-1", category="metadata", biometric=False, purpose="account_history")
    held, decide = [], snapshots._members

    def look(*args: Any) -> Any:
        with owner_connection() as owner:
            free = owner.execute("SELECT id FROM subjects_subject WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", [person("ana").pk])
            held.append(free.fetchone() is None)
        return decide(*args)

    monkeypatch.setattr(snapshots, "_members", look)
    taken = []
    with transaction.atomic():
        merge(account_id=person("ana").pk, guest_reference="guest-1", actor=BACKEND, at=clock.now())
        other = in_thread(lambda: taken.append(trainer.snapshot(dataset, ["g-1"])))
        until_somebody_waits()
    other.join()
    guest.refresh_from_db()
    assert guest.merged_into_id == person("ana").pk
    assert held == [True]
    assert set(taken[0].members) == {"g-1"}
