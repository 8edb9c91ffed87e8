"""The vault: what names a person is unreadable without their key, and that key can be destroyed."""

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from compliance.audit.actions import record
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.core.errors import Invalid, KeyDestroyed
from compliance.core.sealing import SealBroken
from compliance.subjects import queries
from compliance.subjects.actions import add_contact, add_reference, create, destroy_key, know
from compliance.subjects.models import Contact, Reference, Subject
from tests.conftest import owner_connection

ANA = "usr_CanaryAna-8f2c"
MAIL = "Ana.Canary@Example.test"
SAID = "canary words that Ana wrote"
CANARIES = [ANA, MAIL, SAID, MAIL.casefold(), ANA.encode().hex(), MAIL.encode().hex()]


def ana() -> Subject:
    subject = know(reference=ANA, actor=SERVICE, at=clock.now())
    add_contact(subject=subject, email=MAIL)
    return subject


def whole_database() -> Iterator[str]:
    """Every row of every table as text, read as the owner: bytes come out as hex."""
    with owner_connection() as owner:
        tables = [row[0] for row in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for table in tables:
            for row in owner.execute(f'SELECT t::text FROM "{table}" t').fetchall():
                yield f"{table}: {row[0]}"


def found_in(lines: list[str]) -> list[str]:
    return [line for line in lines for canary in CANARIES if canary.lower() in line.lower()]


@pytest.mark.django_db
def test_ana_is_found_by_her_reference_and_address_and_read_back_whole() -> None:
    subject = ana()
    assert queries.by_reference(ANA) == subject
    assert queries.references(subject.pk) == [ANA]
    assert queries.emails(subject.pk) == [MAIL]
    assert queries.has_email(subject.pk, " ana.canary@example.TEST ")
    assert not queries.has_email(subject.pk, "ben@example.test")
    assert queries.by_reference(ANA.lower()) is None


@pytest.mark.django_db
def test_the_same_reference_written_in_two_ways_of_unicode_is_one_person() -> None:
    assert know(reference="Jos\u00e9", actor=SERVICE, at=clock.now()) == know(reference="Jose\u0301", actor=SERVICE, at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_no_table_holds_a_word_of_ana_in_clear() -> None:
    subject = ana()
    with transaction.atomic():
        record(
            kind="test:thing:said", object_id="1", actor=PERSON, at=clock.now(), payload={"said": SAID}, sealer=queries.sealer(subject.pk)
        )
    lines = list(whole_database())
    assert any(str(subject.pk) in line for line in lines), "the walk sees her rows"
    assert found_in(lines) == []
    assert found_in([*lines, f"x: {MAIL}"]) != [], "the search can find"


@pytest.mark.django_db
def test_after_the_key_is_destroyed_nothing_opens_and_the_ledger_still_stands() -> None:
    subject = ana()
    sealer = queries.sealer(subject.pk)
    with transaction.atomic():
        entry = record(kind="test:thing:said", object_id="1", actor=PERSON, at=clock.now(), payload={"said": SAID}, sealer=sealer)
    assert SAID in sealer.open(f"audit.payload:{entry.uid}", bytes(entry.payload_sealed or b""))
    before = list(Entry.objects.order_by("id").values())
    destroy_key(subject_id=subject.pk, actor=SERVICE, at=clock.now(), reason="the person asked")
    subject.refresh_from_db()
    assert (subject.wrapped_key, subject.jurisdictions) == (None, [])
    assert subject.erased_at is not None
    with pytest.raises(KeyDestroyed):
        queries.sealer(subject.pk)
    assert (queries.references(subject.pk), queries.emails(subject.pk), queries.by_reference(ANA)) == ([], [], None)
    assert (Reference.objects.count(), Contact.objects.count()) == (0, 0)
    assert list(Entry.objects.order_by("id").values())[: len(before)] == before


@pytest.mark.django_db
def test_destroying_twice_is_destroying_once() -> None:
    subject = ana()
    for _ in range(2):
        destroy_key(subject_id=subject.pk, actor=SERVICE, at=clock.now(), reason="the person asked")
    assert Entry.objects.filter(kind="subjects:subject:erased").count() == 1


@pytest.mark.django_db
def test_ana_who_comes_back_is_a_new_subject_that_knows_nothing_of_the_old_one() -> None:
    old = ana()
    destroy_key(subject_id=old.pk, actor=SERVICE, at=clock.now(), reason="the person asked")
    new = ana()
    assert new.pk != old.pk
    assert queries.emails(new.pk) == [MAIL]


@pytest.mark.django_db
def test_a_sealed_value_in_another_place_does_not_open() -> None:
    subject, ben = ana(), know(reference="usr_ben", actor=SERVICE, at=clock.now())
    row = Reference.objects.get(subject=subject)
    sealed = bytes(row.sealed)
    assert queries.sealer(subject.pk).open(f"subjects.reference:{row.pk}", sealed) == ANA
    with pytest.raises(SealBroken):
        queries.sealer(subject.pk).open(f"subjects.reference:{uuid.uuid4()}", sealed)
    with pytest.raises(SealBroken):
        queries.sealer(ben.pk).open(f"subjects.reference:{row.pk}", sealed)
    with pytest.raises(SealBroken):
        queries.sealer(subject.pk).open(f"subjects.reference:{row.pk}", sealed[:-1] + bytes([sealed[-1] ^ 1]))


@pytest.mark.django_db
def test_a_wrapped_key_moved_to_ben_s_row_does_not_unwrap() -> None:
    subject, ben = ana(), know(reference="usr_ben", actor=SERVICE, at=clock.now())
    ben.wrapped_key = subject.wrapped_key
    ben.save()
    with pytest.raises(SealBroken):
        queries.sealer(ben.pk)


@pytest.mark.django_db
def test_one_address_of_two_people_opens_for_each_and_is_filed_once_each() -> None:
    subject, ben = ana(), know(reference="usr_ben", actor=SERVICE, at=clock.now())
    first = add_contact(subject=ben, email=MAIL)
    assert add_contact(subject=ben, email=f" {MAIL.upper()} ") == first
    assert Contact.objects.count() == 2
    destroy_key(subject_id=subject.pk, actor=SERVICE, at=clock.now(), reason="the person asked")
    assert queries.emails(ben.pk) == [MAIL]


@pytest.mark.django_db
@pytest.mark.parametrize("reference", ["", "x" * 201])
def test_a_reference_has_1_to_200_characters(reference: str) -> None:
    subject = create(kind="account", actor=SERVICE, at=clock.now())
    with pytest.raises(Invalid):
        add_reference(subject=subject, reference=reference)
    assert add_reference(subject=subject, reference="x" * 200)


@pytest.mark.django_db(transaction=True)
def test_two_first_sights_of_one_reference_at_once_make_one_subject() -> None:

    seen: list[Any] = []
    held, go_on = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with transaction.atomic():
                seen.append(know(reference=ANA, actor=SERVICE, at=clock.now()).pk)
                held.set()
                go_on.wait(10)
        finally:
            connection.close()

    def second() -> None:
        try:
            seen.append(know(reference=ANA, actor=SERVICE, at=clock.now()).pk)
        finally:
            connection.close()

    one, two = threading.Thread(target=first), threading.Thread(target=second)
    one.start()
    assert held.wait(10)
    two.start()
    two.join(0.3)
    assert two.is_alive(), "the second waits while the first has not committed"
    go_on.set()
    one.join(10)
    two.join(10)
    assert len(seen) == 2
    assert len(set(seen)) == 1
    assert Subject.objects.count() == 1
