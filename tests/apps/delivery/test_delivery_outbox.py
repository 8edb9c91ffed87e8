"""Promises are kept: once, later, by whoever is left, and never over the head of a successor."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from compliance.audit.actions import record
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import BackendFault, LeaseLost
from compliance.delivery.actions import Again, drain, promise
from compliance.delivery.actions.drain import BACKOFF, claim_one
from compliance.delivery.models import Promise
from compliance.delivery.queries import failing
from tests.apps.delivery.support import TOPIC, keeper, promised

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_broker(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""


def lapse(row: Promise) -> None:
    """The lease of a worker that fell silent ends."""
    Promise.objects.filter(pk=row.pk).update(lease_until=clock.now() - timedelta(seconds=1))


def test_a_promise_without_its_fact_s_transaction_is_refused_and_goes_with_it() -> None:
    with transaction.atomic():
        entry = record(kind="test:thing:done", object_id="1", actor=SERVICE, at=clock.now(), payload={})
    with pytest.raises(TransactionManagementError):
        promise(topic=TOPIC, payload={}, because=entry, at=clock.now())
    with transaction.atomic():
        promise(topic=TOPIC, payload={}, because=entry, at=clock.now())
        transaction.set_rollback(True)
    assert Promise.objects.count() == 0


def test_one_fact_asks_once_and_the_same_state_reached_again_asks_again() -> None:
    row = promised(1)
    with transaction.atomic():
        again = promise(topic=TOPIC, payload={"id": "1"}, because=type("E", (), {"uid": row.key.split(":")[0]})(), at=clock.now())
    assert again.pk == row.pk
    promised(1)
    assert Promise.objects.count() == 2


def test_a_kept_promise_stays_as_evidence_and_is_not_kept_twice() -> None:
    seen: list[str] = []
    row = promised(1)
    wiring = keeper(lambda number: seen.append(number))
    assert (drain(wiring), drain(wiring)) == (1, 0)
    row.refresh_from_db()
    assert (seen, row.state, row.lease_until) == (["1"], "kept", None)
    assert row.kept_at is not None


def test_urgent_ones_go_first_and_later_ones_wait_for_their_time() -> None:
    seen: list[str] = []
    promised(1)
    promised(2, urgent=True)
    promised(3, due_in=timedelta(hours=1))
    assert drain(keeper(lambda number: seen.append(number))) == 2
    assert seen == ["2", "1"]


def test_a_worker_that_was_paused_too_long_cannot_write_over_its_successor() -> None:
    row = promised(1)
    slow = claim_one()
    assert slow is not None
    assert claim_one() is None
    lapse(row)
    successor = claim_one()
    assert successor is not None
    assert successor.lease.fence == slow.lease.fence + 1
    with pytest.raises(LeaseLost), transaction.atomic():
        slow.lease.guard()
    with transaction.atomic():
        successor.lease.guard()


def test_what_a_late_worker_would_settle_is_dropped_in_silence() -> None:
    """It wakes inside its keeper, after another kept the promise; nothing it does changes the row."""
    row = promised(1)

    def overtaken(_number: str) -> None:
        lapse(row)
        assert drain(keeper(lambda _n: None)) == 1

    assert drain(keeper(overtaken), limit=1) == 1
    row.refresh_from_db()
    assert (row.state, row.fence, row.attempts) == ("kept", 2, 2)


def test_guard_outside_a_transaction_guards_nothing_and_says_so() -> None:
    promised(1)
    claimed = claim_one()
    assert claimed is not None
    with pytest.raises(TransactionManagementError):
        claimed.lease.guard()


def test_while_a_guarded_transaction_runs_nobody_takes_the_promise_over() -> None:
    row = promised(1)
    claimed = claim_one()
    assert claimed is not None
    taken: list[object] = []

    def other() -> None:
        taken.append(claim_one())
        connection.close()

    lapse(row)
    with transaction.atomic():
        claimed.lease.guard()
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
    assert taken == [None]


def test_two_workers_at_once_keep_each_promise_once() -> None:
    for number in range(20):
        promised(number)
    seen: list[str] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(10)
        drain(keeper(lambda number: seen.append(number)))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sorted(seen, key=int) == [str(number) for number in range(20)]
    assert Promise.objects.filter(state="kept", attempts=1).count() == 20


def fails(error: Exception) -> Promise:
    row = promised(1)

    def broken(_number: str) -> None:
        raise error

    drain(keeper(broken))
    row.refresh_from_db()
    return row


def wait_of(row: Promise) -> float:
    return (row.due_at - clock.now()).total_seconds()


def test_a_failure_is_tried_again_later_and_its_words_are_not_kept() -> None:
    row = fails(ValueError("ana@example.test cannot be reached"))
    assert (row.state, row.attempts, row.last_error, row.lease_until) == ("waiting", 1, "ValueError", None)
    assert BACKOFF[0] * 0.5 - 1 <= wait_of(row) <= BACKOFF[0] * 1.5


def test_the_waits_grow_and_stay_within_a_quarter_of_an_hour_and_its_jitter() -> None:
    row = promised(1)

    def broken(_number: str) -> None:
        raise ValueError

    for attempt in range(len(BACKOFF) + 2):
        Promise.objects.filter(pk=row.pk).update(due_at=clock.now())
        assert drain(keeper(broken)) == 1
        row.refresh_from_db()
        base = BACKOFF[min(attempt, len(BACKOFF) - 1)]
        assert base * 0.5 - 1 <= wait_of(row) <= base * 1.5
    assert failing() == 1


def test_a_far_side_that_names_a_time_is_not_asked_before_it() -> None:
    row = fails(BackendFault("busy", kind="busy", retry_after=120))
    assert 118 <= wait_of(row) <= 121
    assert row.last_error == "BackendFault: busy"


def test_not_yet_is_no_failure() -> None:
    row = promised(1)
    later = clock.now() + timedelta(minutes=5)
    drain(keeper(lambda _number: Again(later)))
    row.refresh_from_db()
    assert (row.state, row.due_at, row.attempts, row.last_error) == ("waiting", later, 0, "")
    assert failing() == 0


def test_a_promise_that_failed_is_not_forgotten_by_a_look_that_comes_too_early_and_is_by_being_kept() -> None:
    row = promised(1)

    def look(answer: Exception | Again | None) -> None:
        def do(_number: str) -> Again | None:
            if isinstance(answer, Exception):
                raise answer
            return answer

        Promise.objects.filter(pk=row.pk).update(due_at=clock.now())
        assert drain(keeper(do)) == 1
        row.refresh_from_db()

    for _ in range(3):
        look(ValueError())
    assert failing() == 1
    for _ in range(5):
        look(Again(clock.now() + timedelta(minutes=1)))
    assert (row.attempts, row.last_error, failing()) == (3, "ValueError", 1)
    look(None)
    assert (row.state, row.last_error, failing()) == ("kept", "", 0)


def test_a_topic_without_a_keeper_waits_and_is_seen() -> None:
    row = promised(1)
    drain({})
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("waiting", "KeyError")


def test_one_broken_promise_does_not_stop_the_others() -> None:
    promised(1)
    promised(2)
    seen: list[str] = []

    def sometimes(number: str) -> None:
        if number == "1":
            raise ValueError
        seen.append(number)

    drain(keeper(sometimes))
    assert seen == ["2"]
