"""Two at once: the window between the check and the write is held open, so that a missing lock would show."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from compliance.core.actor import PERSON, Actor
from compliance.core.errors import EffaceError
from compliance.erasure.models import Order
from compliance.subjects.models import Subject
from dsar import actions
from dsar.actions.expire import expire
from dsar.models import Request
from dsar.rules.codes import CONFIRM_LIFE, confirm_secret

pytestmark = pytest.mark.django_db(transaction=True)
OFFICER = Actor("Olga Officer", "officer")


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run all at the same time, each on a connection of its own; returns the class of each result, sorted."""

    def run(act: Callable[[], Any]) -> str:
        try:
            return type(act()).__name__
        except EffaceError as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(run, acts))


@pytest.fixture
def slow_save(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the window between reading a request and saving it open for 100 ms."""
    module = import_module("dsar.actions.move")
    real = module.save_with_history

    def slow(instance: Any, **facts: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
        real(instance, **facts)

    monkeypatch.setattr(module, "save_with_history", slow)


def test_two_officers_approve_at_once_and_one_order_exists(deciding: Request, at: datetime, slow_save: None) -> None:
    def approve() -> Request:
        return actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified")

    assert at_once(approve, approve) == ["ArrowRefused", "Request"]
    assert Order.objects.count() == 1


def test_one_approves_while_the_person_takes_it_back_and_one_of_them_wins(deciding: Request, at: datetime, slow_save: None) -> None:
    results = at_once(
        lambda: actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified"),
        lambda: actions.withdraw_by_person(request_id=deciding.pk, actor=PERSON, at=at),
    )
    deciding.refresh_from_db()
    assert results == ["ArrowRefused", "Request"]
    assert (deciding.state, Order.objects.count()) in {("running", 1), ("withdrawn_by_person", 0)}


def test_olga_verifies_while_the_link_ends_and_one_of_them_wins(
    ana: Subject, ask: Callable[..., Request], at: datetime, slow_save: None
) -> None:
    request = ask()
    results = at_once(
        lambda: actions.verify(request_id=request.pk, actor=OFFICER, at=at, reason="known by phone"),
        lambda: expire(request_id=request.pk, at=at + CONFIRM_LIFE),
    )
    request.refresh_from_db()
    assert (request.state, results) in [("deciding", ["Request", "bool"]), ("refused", ["ArrowRefused", "bool"])]


def test_a_link_pressed_twice_at_once_confirms_once(ask: Callable[..., Request], at: datetime, slow_save: None) -> None:
    request = ask()

    def press() -> Request:
        return actions.confirm(secret=confirm_secret(request.pk), actor=PERSON, at=at)

    assert at_once(press, press) == ["NotFound", "Request"]
