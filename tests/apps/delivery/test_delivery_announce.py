"""Workers are told of new promises: after the commit, once, and without keeping anybody waiting."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import transaction

from compliance.audit.actions import record
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.delivery.actions import drain, promise
from compliance.delivery.models import Promise
from tests.apps.delivery.support import TOPIC, keeper
from tests.architecture.source import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
ANNOUNCED: list[str] = []


def announced() -> None:
    ANNOUNCED.append("look now")


@pytest.fixture(autouse=True)
def _announcements(settings: Any) -> None:
    settings.ANNOUNCE_WORK = f"{__name__}.announced"
    ANNOUNCED.clear()


def ask(number: int) -> None:
    entry = record(kind="test:thing:done", object_id=str(number), actor=SERVICE, at=clock.now(), payload={})
    promise(topic=TOPIC, payload={"id": str(number)}, because=entry, at=clock.now())


def test_workers_are_told_once_and_after_the_commit_however_much_a_transaction_promises() -> None:
    with transaction.atomic():
        for number in range(3):
            ask(number)
        assert ANNOUNCED == []
    assert ANNOUNCED == ["look now"]
    with transaction.atomic():
        ask(4)
    assert ANNOUNCED == ["look now"] * 2


def test_what_is_rolled_back_is_not_announced_and_does_not_silence_what_stays() -> None:
    with transaction.atomic():
        with transaction.atomic():
            ask(1)
            transaction.set_rollback(True)
        ask(2)
    assert ANNOUNCED == ["look now"]
    with transaction.atomic():
        ask(3)
        transaction.set_rollback(True)
    assert ANNOUNCED == ["look now"]
    assert Promise.objects.get().payload == {"id": "2"}


def test_a_lost_message_loses_no_work(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""
    for number in (1, 2):
        with transaction.atomic():
            ask(number)
    seen: list[str] = []
    assert drain(keeper(lambda number: seen.append(number))) == 2
    assert seen == ["1", "2"]


TIMED = """
import time
import django
django.setup()
from compliance.tasks import announce
for _ in range(2):
    started = time.monotonic()
    announce()
    print(time.monotonic() - started)
"""


@pytest.mark.parametrize("url", ["amqp://efface:secret@127.0.0.1:9//", "redis://127.0.0.1:9/0"])
def test_a_broker_that_is_down_keeps_a_page_waiting_for_less_than_a_second(url: str) -> None:
    """A real process, because the broker's settings are read once; nobody listens at the discard port."""
    environ = {**os.environ, "CELERY_BROKER_URL": url, "DJANGO_SETTINGS_MODULE": "compliance.settings"}
    done = subprocess.run([sys.executable, "-c", TIMED], cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert [float(line) < 1 for line in done.stdout.splitlines()] == [True, True]
    assert done.stderr.count("announcement_lost") == 2
    assert "secret" not in done.stderr
