"""`Idempotency-Key`: one effect for one key, also when two calls come at once or the process dies."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from compliance.access.actions import forget_old, remembered
from compliance.access.models import ApiClient, IdempotentWrite, RateCount
from compliance.audit.actions import record
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import Conflict, Invalid
from tests.apps.access.support import client_of

BODY = b'["POST", "/api/v1/releases", {"subject": "ana"}]'


def write(client: ApiClient, key: str = "k-1", call: bytes = BODY, act: Callable[[], tuple[int, Any]] | None = None) -> tuple[int, Any]:
    return remembered(client=client, key=key, call=call, at=clock.now(), act=act or effect)


def effect() -> tuple[int, Any]:
    entry = record(kind="test:thing:done", object_id="1", actor=SERVICE, at=clock.now(), payload={})
    return 201, {"id": str(entry.uid)}


def effects() -> int:
    return Entry.objects.filter(kind="test:thing:done").count()


@pytest.mark.django_db
def test_the_same_call_again_gets_the_stored_answer_and_no_second_effect() -> None:
    client = client_of()
    first = write(client)
    assert write(client) == first
    assert effects() == 1


@pytest.mark.django_db
def test_the_same_key_for_another_call_is_refused() -> None:
    client = client_of()
    write(client)
    with pytest.raises(Invalid) as refused:
        write(client, call=BODY.replace(b"ana", b"ben"))
    assert refused.value.status == 422
    assert effects() == 1


@pytest.mark.django_db
def test_keys_of_two_clients_are_two_keys() -> None:
    write(client_of())
    write(client_of("Scan US", "scan-us"))
    assert effects() == 2


@pytest.mark.django_db
def test_the_stored_answer_is_sealed_and_forgotten_after_a_day() -> None:
    client = client_of()
    write(client, act=lambda: (201, {"url": "https://privacy.example.test/sign/canary"}))
    assert b"canary" not in bytes(IdempotentWrite.objects.get().answer)
    forget_old(at=clock.now() + timedelta(hours=23))
    assert IdempotentWrite.objects.count() == 1
    forget_old(at=clock.now() + timedelta(hours=25))
    assert (IdempotentWrite.objects.count(), RateCount.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_crash_leaves_nothing_behind_and_the_next_try_works() -> None:
    client = client_of()

    def crash() -> tuple[int, Any]:
        effect()
        raise RuntimeError("the process died here")

    with pytest.raises(RuntimeError):
        write(client, act=crash)
    assert (effects(), IdempotentWrite.objects.count()) == (0, 0)
    assert write(client)[0] == 201
    assert effects() == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_call_while_the_first_still_runs_is_409() -> None:
    client = client_of()
    inside, go_on = threading.Event(), threading.Event()
    answers: list[tuple[int, Any]] = []

    def slow() -> tuple[int, Any]:
        inside.set()
        assert go_on.wait(10)
        return effect()

    def first() -> None:
        answers.append(write(client, act=slow))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(10)
    try:
        with pytest.raises(Conflict):
            write(client)
    finally:
        go_on.set()
        thread.join()
    assert [write(client)] == answers
    assert effects() == 1
