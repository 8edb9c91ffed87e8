"""Cursors of the change feed: what is none is refused, and one of another life of the database leads nowhere."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from compliance.core import clock
from consent.actions.change import change
from consent.models import Change, Release
from consent.rules import cursors
from tests.apps.consent.feed_reader import Reader, subject
from tests.factories import api_key

# Committed rows only: a transaction that reads its own writes has no place in the order yet.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_broker(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""


@pytest.fixture
def reader() -> Reader:
    return Reader(api_key("changes:read"))


def bent() -> Iterator[tuple[str, str]]:
    yield "nonsense", "nonsense"
    yield "nothing", ""
    yield "not ASCII", "é"
    for name, parts in {
        "a number": 7,
        "one part": ["life"],
        "no snapshot": ["life", "soon"],
        "backwards": ["life", "9:3:"],
        "zero": ["life", "0:3:"],
        "running before it began": ["life", "5:9:4"],
        "too big": ["life", f"1:{2**64}:"],
        "half a pass": ["life", "1:1:", "2:2:"],
        "a pass without an offset": ["life", "1:1:", "2:2:", "2026-11-20T10:00:00", 0, str(cursors.FIRST)],
        "a pass before what was seen": ["life", "5:5:", "2:2:", "2026-11-20T10:00:00Z", 0, str(cursors.FIRST)],
        "true for a number": ["life", "1:1:", "2:2:", "2026-11-20T10:00:00Z", True, str(cursors.FIRST)],
    }.items():
        yield name, base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(("name", "cursor"), list(bent()))
def test_what_is_no_cursor_is_refused_and_the_answer_says_what_to_do(reader: Reader, name: str, cursor: str) -> None:
    answer = reader.get(after=cursor)
    assert answer.status_code == 422, name
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "/after"
    assert "Start again" in answer.json()["errors"][0]["detail"]


def test_a_cursor_of_another_database_or_of_a_future_that_was_taken_back_is_gone(reader: Reader) -> None:
    reader.all()
    assert reader.cursor
    here = cursors.read(reader.cursor)
    future = f"{10**15}:{10**15}:"
    for cursor in (cursors.Cursor(life="another"), cursors.Cursor(life=here.life, seen=future)):
        answer = reader.get(after=cursors.write(cursor))
        assert answer.status_code == 410
        assert answer.json()["type"].endswith("cursor-ended")
        assert "empty your copy" in answer.json()["detail"]
    assert reader.get(after=reader.cursor).status_code == 200


def test_rows_of_a_database_that_counted_further_are_not_passed_off_as_seen(reader: Reader) -> None:
    """A dump that was loaded into a fresh cluster: its numbers lie in this one's future."""
    Change.objects.create(xid=10**15, at=clock.now(), event=Change.Event.NOTICE, purpose="face_scan")
    answer = reader.get()
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("feed-order-lost")


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "ten", "", "1e2", "٣"])
def test_a_limit_that_is_none_is_refused_by_name(reader: Reader, limit: str) -> None:
    answer = reader.get(limit=limit)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/limit")


def test_as_of_is_the_database_s_clock_and_not_in_the_future(reader: Reader) -> None:
    before = clock.now()
    as_of = datetime.fromisoformat(reader.page()["as_of"])
    assert before - timedelta(seconds=1) < as_of <= clock.now() + timedelta(seconds=1)


def test_the_feed_needs_its_own_scope(reader: Reader) -> None:
    assert Reader(api_key("check")).get().status_code == 403
    assert Client().get("/api/v1/changes").status_code == 401
    assert reader.get().status_code == 200


def test_a_change_outside_the_transaction_of_its_fact_is_refused() -> None:
    ana = subject("usr_ana")
    with pytest.raises(transaction.TransactionManagementError):
        change(event=Change.Event.SUBJECT, at=clock.now(), subject_id=ana.pk)
    assert (Change.objects.count(), Release.objects.count()) == (0, 0)
