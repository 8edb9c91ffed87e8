"""Two things at once, with the window between them held open: without that, a race test passes by luck."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.erasure.actions import order
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference
from consent.actions import withdraw
from consent.actions.end import end
from consent.models import Release
from consent.queries import standing
from tests.apps.consent.consent_cast import World, signed

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def in_thread(act: Callable[[], Any]) -> Iterator[Any]:
    """Run `act` beside the test, on a connection of its own."""

    def closing() -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(closing)


def test_c6_a_check_that_begins_after_a_withdrawal_was_acknowledged_never_allows(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = signed("ben")
    inside, go_on = threading.Event(), threading.Event()

    def held_open(*args: Any, **options: Any) -> None:
        inside.set()
        assert go_on.wait(5)

    # The last thing a withdrawal does before its commit.
    monkeypatch.setattr(sys.modules["consent.actions.withdraw"], "_destroy", held_open)
    with in_thread(lambda: withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")) as taken:
        assert inside.wait(5)
        # Not acknowledged yet: the old truth still stands, and the check does not wait.
        assert committed_world.reason("ben") == "active"
        go_on.set()
        assert taken.result(5).withdrawn == 1
        assert committed_world.reason("ben") == "withdrawn"


def test_nothing_can_be_registered_for_a_person_between_the_end_of_a_release_and_the_order(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = signed("ben")
    inside, go_on = threading.Event(), threading.Event()

    def held_open(**options: Any) -> Any:
        inside.set()
        assert go_on.wait(5)
        return end(**options)

    def as_registration_begins() -> None:
        with transaction.atomic():
            Subject.objects.select_for_update(nowait=True).get(pk=release.subject_id)

    as_registration_begins()
    # Held before the release has ended: the lock comes first.
    monkeypatch.setattr(sys.modules["consent.actions.withdraw"], "end", held_open)
    with in_thread(lambda: withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")) as taken:
        assert inside.wait(5)
        with pytest.raises(OperationalError, match="could not obtain lock"):
            as_registration_begins()
        go_on.set()
        taken.result(5)
    as_registration_begins()


def test_two_forms_sent_at_once_sign_once(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = committed_world.link("ana")
    form = committed_world.form(path, name="Ana Example", agree="yes")
    monkeypatch.setattr(Release, "save", slow(Release.save))
    start = threading.Barrier(4)

    def press() -> int:
        start.wait(5)
        try:
            return Client().post(path, form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(future.result(20) for future in [pool.submit(press) for _ in range(4)])
    assert answers == [303, 410, 410, 410]
    assert Release.objects.count() == 1


def test_signing_while_an_erasure_is_ordered_never_ends_in_an_allow(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = committed_world.link("ana")
    form = committed_world.form(path, name="Ana Example", agree="yes")
    monkeypatch.setattr(Release, "save", slow(Release.save))
    subject = by_reference("ana")
    assert subject is not None

    def erase() -> None:
        time.sleep(0.02)
        order(subject_id=subject.pk, reason="request", rule="r", origin="o", decided_by="o", actor=PERSON, at=clock.now())

    with in_thread(erase) as erased:
        status = Client().post(path, form).status_code
        erased.result(5)
    assert status in (303, 409)
    assert committed_world.reason("ana") == "erasure_pending"


def test_a_query_sees_what_was_committed_before_it_began(committed_world: World) -> None:
    release = signed("ben")
    before = standing(reference="ben", purpose="face_scan")
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    after = standing(reference="ben", purpose="face_scan")
    assert before is not None
    assert after is not None
    assert (before.state, after.state) == ("active", "withdrawn")


def slow(act: Callable[..., None]) -> Callable[..., None]:
    """Hold the window open between what was checked and what is written."""

    def slowly(*args: Any, **options: Any) -> None:
        time.sleep(0.05)
        act(*args, **options)

    return slowly
