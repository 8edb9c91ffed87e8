"""C6 and the change feed: everything that changes what a check would answer, once, in order, however late it commits."""

import random
import threading
import time
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.subjects.actions import destroy_key
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference
from consent.actions import withdraw
from consent.actions.change import change
from consent.models import Change
from tests.apps.consent.feed_reader import Reader, changed, ids, subject
from tests.factories import api_key, signed

# Committed rows only: a transaction that reads its own writes has no place in the order yet.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_broker(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""


@pytest.fixture
def reader() -> Reader:
    return Reader(api_key("changes:read"))


def test_c6_ana_signs_and_withdraws_and_the_feed_says_what_holds_now(reader: Reader) -> None:
    release = signed("usr_ana")
    (granted,) = reader.all()
    assert granted["event"] == "granted"
    assert granted["references"] == ["usr_ana"]
    (decision,) = granted["decisions"]
    assert decision == {
        "purpose": "face_scan",
        "allowed": True,
        "reason": "active",
        "not_after": decision["not_after"],
        "recipients": sorted(release.recipients),
        "reach": release.notice.reach,
        "release_id": str(release.pk),
    }
    assert clock.now() < datetime.fromisoformat(decision["not_after"]) <= release.expires_at
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    (withdrawn,) = reader.all()
    assert (withdrawn["event"], withdrawn["subject"]) == ("withdrawn", str(release.subject_id))
    assert [(d["allowed"], d["reason"], d["release_id"]) for d in withdrawn["decisions"]] == [(False, "withdrawn", None)]
    assert reader.all() == []


def test_an_old_change_carries_the_decision_of_today(reader: Reader) -> None:
    """Whoever starts late must not allow, for a moment, what was taken back long ago."""
    release = signed("usr_ana")
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    assert [(i["event"], i["decisions"][0]["allowed"]) for i in reader.all()] == [("granted", False), ("withdrawn", False)]


def test_a_change_of_every_purpose_names_each_that_the_person_was_asked_for(reader: Reader) -> None:
    release = signed("usr_ana")
    reader.all()
    changed(by_reference("usr_ana"), purpose="")
    (item,) = reader.all()
    assert item["purpose"] is None
    assert [(d["purpose"], d["allowed"]) for d in item["decisions"]] == [(release.purpose, True)]


def test_after_an_erasure_the_pseudonym_stays_and_the_names_are_gone(reader: Reader) -> None:
    release = signed("usr_ana")
    before = reader.all()[0]
    assert before["references"] == ["usr_ana"]
    destroy_key(subject_id=release.subject_id, actor=SERVICE, at=clock.now(), reason="test")
    changed(Subject.objects.get(pk=release.subject_id), purpose="", event=Change.Event.ERASURE)
    (after,) = reader.all()
    assert (after["subject"], after["references"]) == (before["subject"], [])
    assert not any(decision["allowed"] for decision in after["decisions"])
    assert all(item["references"] == [] for item in Reader(reader.key).all())


def test_a_notice_that_grew_has_no_subject_and_says_how_far_it_reaches(reader: Reader) -> None:
    release = signed("usr_ana")
    reader.all()
    changed(None, event=Change.Event.NOTICE)
    (item,) = reader.all()
    assert (item["subject"], item["references"], item["decisions"]) == (None, [], [])
    assert (item["purpose"], item["reach"]) == ("face_scan", release.notice.reach)


def test_what_hangs_on_an_act_or_a_piece_is_told_without_a_decision(reader: Reader) -> None:
    ana = subject("usr_ana")
    for purpose in ("regenerate", "match", "marketing"):
        changed(ana, purpose)
    assert [(item["purpose"], item["decisions"]) for item in reader.all()] == [("regenerate", []), ("match", []), ("marketing", [])]


def test_pages_are_in_order_without_gap_or_repetition_and_as_of_is_that_of_the_first(reader: Reader) -> None:
    ana = subject("usr_ana")
    made = [changed(ana) for _ in range(7)]
    expected = [str(row.pk) for row in Change.objects.order_by("xid", "id")]
    assert len(expected) == len(made)
    first = reader.page(3)
    late = changed(ana)
    second, third = reader.page(3), reader.page(3)
    assert [page["more"] for page in (first, second, third)] == [True, True, False]
    assert [*ids(first["changes"]), *ids(second["changes"]), *ids(third["changes"])] == expected
    assert first["as_of"] == second["as_of"] == third["as_of"]
    assert datetime.fromisoformat(third["as_of"]) < late.at
    fourth = reader.page(3)
    assert (ids(fourth["changes"]), fourth["more"]) == ([str(late.pk)], False)


class Held:
    """A transaction on a connection of its own that notes a change and commits when told to."""

    def __init__(self, who: Subject) -> None:
        self.who, self.noted, self.go = who, threading.Event(), threading.Event()
        self.id = ""
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        assert self.noted.wait(5)

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.id = str(change(event=Change.Event.SUBJECT, at=clock.now(), subject_id=self.who.pk, purpose="face_scan").pk)
                self.noted.set()
                assert self.go.wait(10)
        finally:
            connection.close()

    def commit(self) -> str:
        self.go.set()
        self.thread.join()
        return self.id


def test_a_change_that_commits_late_is_not_missed_although_later_numbers_were_read(reader: Reader) -> None:
    ana = subject("usr_ana")
    late = Held(ana)
    try:
        early = [str(changed(ana).pk) for _ in range(3)]
        assert ids(reader.page(2)["changes"]) == early[:2]
        assert ids(reader.page(2)["changes"]) == early[2:]
        assert reader.all() == []
    finally:
        late_id = late.commit()
    rows = {str(row.pk): row.xid for row in Change.objects.all()}
    assert rows[late_id] < min(rows[made] for made in early)
    assert ids(reader.all()) == [late_id]
    assert reader.all() == []


def test_a_change_that_commits_between_two_pages_waits_for_the_next_pass(reader: Reader) -> None:
    ana = subject("usr_ana")
    late = Held(ana)
    early = [str(changed(ana).pk) for _ in range(3)]
    first = reader.page(2)
    late_id = late.commit()
    assert ids(first["changes"] + reader.page(2)["changes"]) == early
    assert ids(reader.all()) == [late_id]


def write_some(who: Subject, seed: int, made: list[str]) -> None:
    chance = random.Random(seed)
    try:
        for _ in range(25):
            with transaction.atomic():
                row = change(event=Change.Event.SUBJECT, at=clock.now(), subject_id=who.pk, purpose="face_scan")
                time.sleep(chance.random() / 100)
                keep = chance.random() < 0.85
                transaction.set_rollback(not keep)
            if keep:
                made.append(str(row.pk))
    finally:
        connection.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_the_interleaving_each_committed_change_comes_exactly_once_and_as_of_keeps_its_word(reader: Reader, seed: int) -> None:
    ana = subject("usr_ana")
    made: list[str] = []
    writers = [threading.Thread(target=write_some, args=(ana, seed * 100 + n, made)) for n in range(6)]
    for writer in writers:
        writer.start()
    seen: list[str] = []
    chance = random.Random(seed)
    while any(writer.is_alive() for writer in writers):
        acknowledged = list(made)
        seen += ids(reader.all(limit=chance.randint(1, 20)))
        assert set(acknowledged) <= set(seen), "committed before the pass began, and not in it"
    seen += ids(reader.all())
    assert len(seen) == len(set(seen))
    assert sorted(seen) == sorted(made)


def test_a_page_costs_the_same_number_of_queries_however_much_is_on_it(reader: Reader) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            Reader(reader.key).page()
        return len(counted)

    signed("usr_ana")
    changed(by_reference("usr_ana"), purpose="")
    changed(None, event=Change.Event.NOTICE)
    Reader(reader.key).page()
    few = queries()
    for number in range(8):
        release = signed(f"usr_{number}")
        changed(Subject.objects.get(pk=release.subject_id), purpose="")
    assert queries() == few
