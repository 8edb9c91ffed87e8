"""Taking requests in: the same for known and unknown, once for the same, and never a way to flood a stranger."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from compliance.audit.models import Entry
from compliance.core.actor import PERSON
from compliance.delivery.models import Promise
from compliance.subjects.models import Contact, Subject
from dsar import actions
from dsar.models import Request
from dsar.queries.claims import claim_of
from dsar.rules.codes import clean_code, confirm_secret, hashed, opens, status_code

pytestmark = pytest.mark.django_db
# The package offers the function under the module's name.
receiving = import_module("dsar.actions.receive")
Ask = Callable[..., Request]


def test_ana_asks_and_the_request_waits_for_her_link(ask: Ask) -> None:
    request = Request.objects.get(pk=ask().pk)
    assert (request.state, request.kind, request.channel) == ("awaiting_confirmation", "delete", "form")
    assert request.subject is None
    assert claim_of(request).reference == "usr_ana"
    assert request.code.startswith("EF-")
    assert len(request.code.replace("-", "")) == 28
    assert list(Entry.objects.filter(object_id=str(request.pk)).values_list("kind", flat=True)) == ["dsar:request:received"]
    assert list(Promise.objects.values_list("topic", "payload")) == [("dsar.mail_confirm", {"request": str(request.pk)})]


def test_neither_reference_nor_address_nor_secret_is_stored_in_clear(ask: Ask) -> None:
    request = ask(reference="usr_canary_77", email="canary77@example.test")
    secrets = [confirm_secret(request.pk), status_code(request.pk), "usr_canary_77", "canary77@example.test"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows = "\n".join(row[0] for row in cursor.fetchall())
            found += [(table, secret) for secret in secrets if secret in rows or secret.encode().hex() in rows]
    assert "dsar_request" in tables
    assert found == []


def test_the_same_request_twice_is_one_request(ask: Ask) -> None:
    first, second = ask(), ask(email=" ANA@example.test ")
    assert first.pk == second.pk
    assert Request.objects.count() == Subject.objects.count() == 1
    assert ask(reference="usr_other").pk != first.pk


def test_after_it_was_withdrawn_the_same_request_is_a_new_one(ask: Ask, at: datetime) -> None:
    first = ask()
    actions.withdraw_by_person(request_id=first.pk, actor=PERSON, at=at)
    assert ask().pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_a_hundred_posts_at_once_make_one_request(at: datetime) -> None:
    def one(_number: int) -> Any:
        try:
            return actions.receive(
                reference="usr_ana", email="ana@example.test", residence="", channel="form", language="en", at=at, actor=PERSON
            ).request.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(one, range(100)))
    assert len(keys) == Request.objects.count() == 1
    assert Promise.objects.count() == receiving.MAILS_A_DAY


@pytest.mark.django_db(transaction=True)
def test_two_who_look_before_either_writes_still_make_one_request(at: datetime) -> None:
    real: Callable[..., Request] = receiving.new_request

    def slow(*args: Any, **kwargs: Any) -> Request:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.2)")
        return real(*args, **kwargs)

    def one(_number: int) -> Any:
        try:
            return actions.receive(
                reference="usr_ana", email="ana@example.test", residence="", channel="form", language="en", at=at, actor=PERSON
            ).new
        finally:
            connection.close()

    with patch.object(receiving, "new_request", slow), ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(one, range(2))) == [False, True]


def test_a_stranger_gets_at_most_three_mails_a_day(ask: Ask, at: datetime) -> None:
    for number in range(6):
        ask(reference=f"guess_{number}", email="victim@example.test")
    assert Request.objects.count() == 6
    assert Promise.objects.filter(topic="dsar.mail_confirm").count() == 3
    ask(reference="guess_7", email="victim@example.test", at=at + timedelta(days=1))
    assert Promise.objects.filter(topic="dsar.mail_confirm").count() == 4


@pytest.mark.parametrize(
    ("residence", "law", "due", "due_safe"),
    [
        ("EU:DE", "GDPR_EU", date(2026, 12, 21), date(2026, 12, 20)),
        ("CA", "CCPA", date(2027, 1, 4), date(2027, 1, 3)),
        # Illinois has no request clock: no legal date is invented (NEG-01), the strictest of those served is worked to.
        ("IL", "", None, date(2026, 12, 20)),
        ("", "QC_P39_1", date(2026, 12, 20), date(2026, 12, 20)),
        ("other", "QC_P39_1", date(2026, 12, 20), date(2026, 12, 20)),
    ],
)
def test_the_clock_follows_the_place(ask: Ask, residence: str, law: str, due: date | None, due_safe: date) -> None:
    request = ask(residence=residence, at=datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert (request.law, request.due, request.due_safe) == (law, due, due_safe)
    assert request.law_why


def test_a_system_asks_for_ben_and_it_is_ready_to_decide(at: datetime) -> None:
    received = actions.receive_from_system(reference="usr_ben", email="", system="scan-eu", language="en", at=at, actor=PERSON)
    request = received.request
    assert (request.state, request.verified_how, request.system, request.channel) == ("deciding", "system_session", "scan-eu", "api")
    assert Promise.objects.count() == 0
    assert actions.receive_from_system(reference="usr_ben", email="", system="scan-eu", language="en", at=at, actor=PERSON).new is False


def test_without_an_address_the_one_on_file_is_told(ana: Subject, at: datetime) -> None:
    received = actions.receive_from_system(reference="usr_ana", email="", system="scan-eu", language="en", at=at, actor=PERSON)
    assert received.request.subject == ana
    assert Contact.objects.filter(subject=received.request.requester).count() == 1
    assert Promise.objects.get().topic == "dsar.mail_received"


def test_codes_are_read_as_people_type_them(ask: Ask) -> None:
    request = ask()
    right, stored = status_code(request.pk), bytes(request.status_code_hash)
    assert opens(right, stored)
    assert opens(f" {right.lower().replace('-', ' ')} ", stored)
    assert not opens("", stored)
    assert not opens(right[:-1], stored)
    assert not opens(right, hashed("another"))
    assert clean_code(f" {request.code.lower().replace('-', ' ')}") == request.code
