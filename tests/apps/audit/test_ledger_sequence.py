"""Places without gaps, in the order of commits, with one sequencer at a time and writers that never wait."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from compliance.audit import merkle
from compliance.audit.actions import record, sequence
from compliance.audit.models import Entry, Leaf, Node, Pending
from compliance.audit.queries import stored_hash, tree_size
from compliance.audit.rules import leaf_data, leaf_fields
from tests.apps.audit.conftest import ANA, AT

pytestmark = pytest.mark.django_db(transaction=True)

# The package gives the function under the same name; this is the module that holds it.
MODULE = sys.modules["compliance.audit.actions.sequence"]
Tell = Callable[..., list[Entry]]
T = TypeVar("T")


def beside(work: Callable[[], T]) -> Future[T]:
    """Run beside the test, with a database connection of its own."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(max_workers=1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    return future


def places() -> list[tuple[int, int]]:
    return list(Leaf.objects.order_by("index").values_list("index", "entry_id"))


def test_entries_get_places_without_gaps_and_the_tree_of_the_rfc_over_them(tell: Tell) -> None:
    entries = tell(11)
    assert (Pending.objects.count(), Leaf.objects.count()) == (11, 0)
    assert sequence(at=AT) == 11
    assert places() == [(index, entry.pk) for index, entry in enumerate(entries)]
    assert Pending.objects.count() == 0
    edge = merkle.Edge()
    nodes = [node for entry in entries for node in edge.append(merkle.leaf_hash(leaf_data(leaf_fields(entry))))]
    stored = [(level, index, bytes(hashed)) for level, index, hashed in Node.objects.values_list("level", "index", "hash")]
    assert sorted(stored) == sorted(nodes)
    assert merkle.root(tree_size(), stored_hash) == edge.root()


def test_the_tree_is_the_same_however_often_the_sequencer_looked(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "BATCH", 4)
    entries = tell(3)
    assert sequence(at=AT) == 3
    entries += tell(10)
    assert sequence(at=AT) == 10
    assert sequence(at=AT) == 0
    edge = merkle.Edge()
    for entry in entries:
        list(edge.append(merkle.leaf_hash(leaf_data(leaf_fields(entry)))))
    assert merkle.root(13, stored_hash) == edge.root()
    assert [index for index, _ in places()] == list(range(13))


def test_an_entry_written_early_and_committed_late_gets_a_later_place(tell: Tell) -> None:
    written, commit = threading.Event(), threading.Event()

    def early() -> int:
        with transaction.atomic():
            entry = record(kind="a:b:early", object_id="1", actor=ANA, at=AT, payload={})
            written.set()
            assert commit.wait(20)
        return entry.pk

    early_one = beside(early)
    assert written.wait(20)
    late = tell(2)
    assert sequence(at=AT) == 2
    commit.set()
    written_first = early_one.result(20)
    assert sequence(at=AT) == 1
    assert written_first < late[0].pk, "the early one was meant to be written first"
    assert places() == [(0, late[0].pk), (1, late[1].pk), (2, written_first)]


def test_of_two_sequencers_at_once_one_steps_back_and_writers_go_on(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    grow = MODULE._grow
    inside, go = threading.Event(), threading.Event()

    def slow(entries: list[Entry]) -> None:
        inside.set()
        assert go.wait(20)
        grow(entries)

    monkeypatch.setattr(MODULE, "_grow", slow)
    before = tell(5)
    other = beside(lambda: sequence(at=AT))
    assert inside.wait(20)
    assert sequence(at=AT) == 0
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
        meanwhile = tell(2)
        cursor.execute("RESET lock_timeout")
    assert Leaf.objects.count() == 0
    go.set()
    assert other.result(20) == 5
    assert sequence(at=AT) == 2
    assert places() == [(index, entry.pk) for index, entry in enumerate(before + meanwhile)]


def test_many_writers_and_sequencers_at_once_leave_no_gap_and_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "BATCH", 7)
    stop = threading.Event()

    def write(writer: int) -> None:
        for number in range(20):
            with transaction.atomic():
                record(kind="a:b:c", object_id=f"{writer}-{number}", actor=ANA, at=AT, payload={})

    def look() -> None:
        while not stop.is_set():
            sequence(at=AT)

    lookers = [beside(look) for _ in range(2)]
    writers = [beside(partial(write, writer)) for writer in range(3)]
    for future in writers:
        future.result(60)
    stop.set()
    for future in lookers:
        future.result(60)
    sequence(at=AT)
    assert [index for index, _ in places()] == list(range(60))
    assert {pk for _, pk in places()} == set(Entry.objects.values_list("pk", flat=True))
    assert Pending.objects.count() == 0


def test_a_sequencer_that_dies_half_way_leaves_everything_as_it_was(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(3)

    store = QuerySet.bulk_create

    def dies_at_nodes(rows: QuerySet[Any], *given: Any) -> Any:
        if rows.model is not Node:
            return store(rows, *given)
        assert Leaf.objects.count() == 3
        raise RuntimeError("the power goes")

    with monkeypatch.context() as broken:
        broken.setattr(QuerySet, "bulk_create", dies_at_nodes)
        with pytest.raises(RuntimeError):
            sequence(at=AT)
    assert (Pending.objects.count(), Leaf.objects.count(), Node.objects.count()) == (3, 0, 0)
    assert sequence(at=AT) == 3


def test_an_entry_that_is_made_to_wait_twice_keeps_its_one_place(tell: Tell) -> None:
    first = tell(1)[0]
    sequence(at=AT)
    Pending.objects.create(entry=first)
    second = tell(1)[0]
    assert sequence(at=AT) == 1
    assert places() == [(0, first.pk), (1, second.pk)]
    assert Pending.objects.count() == 0


def test_a_sequencer_that_comes_late_says_so(tell: Tell) -> None:
    tell(2)
    with structlog.testing.capture_logs() as logs:
        assert sequence(at=AT + timedelta(seconds=61)) == 2
    assert logs == [{"event": "ledger_late", "log_level": "warning", "count": 2, "seconds": 61}]
