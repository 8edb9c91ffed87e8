"""A fact and its entry stand or fall together."""

import json
import uuid

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from compliance.audit.actions import record
from compliance.audit.models import Entry, Leaf, Pending
from compliance.audit.rules import commitment, leaf_data, leaf_fields, salt_place, words
from compliance.core.actor import SERVICE
from compliance.core.canonical import canonical
from compliance.subjects.actions import create
from compliance.subjects.models import Subject
from compliance.subjects.queries import sealer
from tests.apps.audit.conftest import ANA, AT


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(TransactionManagementError, match="transaction of the fact"):
        record(kind="dsar:request:received", object_id="1", actor=ANA, at=AT, payload={})
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_is_rolled_back_leaves_no_entry() -> None:
    def half_a_fact() -> None:
        with transaction.atomic():
            create(kind=Subject.SubjectKind.ACCOUNT, actor=ANA, at=AT)
            assert (Subject.objects.count(), Entry.objects.count(), Pending.objects.count()) == (1, 1, 1)
            raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        half_a_fact()
    assert (Subject.objects.count(), Entry.objects.count(), Pending.objects.count(), Leaf.objects.count()) == (0, 0, 0, 0)


@pytest.mark.django_db
def test_a_payload_of_a_person_is_sealed_and_its_commitment_hangs_on_their_key() -> None:
    subject = create(kind=Subject.SubjectKind.ACCOUNT, actor=SERVICE, at=AT)
    key = sealer(subject.pk)
    said = {"words": "please delete my face"}
    entry = record(kind="dsar:request:received", object_id="1", actor=ANA, at=AT, payload=said, sealer=key)
    stored = Entry.objects.get(pk=entry.pk)
    assert (stored.payload, stored.salt, stored.subject_id) == (None, None, subject.pk)
    assert b"delete my face" not in bytes(stored.payload_sealed or b"")
    assert json.loads(key.open(f"audit.payload:{stored.uid}", bytes(stored.payload_sealed or b""))) == said
    assert bytes(stored.commitment) == commitment(key.salt(salt_place(stored.uid)), canonical(said))


@pytest.mark.django_db
def test_equal_payloads_have_unlike_commitments() -> None:
    first, second = (record(kind="a:b:c", object_id="1", actor=ANA, at=AT, payload={"x": 1}) for _ in range(2))
    assert first.commitment != second.commitment


def test_the_leaf_of_an_entry_is_fixed_for_ever() -> None:
    """Changing these bytes would break every proof ever given: if this test fails, the change is wrong."""
    entry = Entry(
        uid=uuid.UUID(int=1),
        kind="dsar:request:received",
        at=AT,
        actor_name="Ana Álves",
        actor_role="officer",
        subject_id=uuid.UUID(int=2),
        object_id="request-1",
        commitment=bytes(range(32)),
    )
    assert leaf_data(leaf_fields(entry)).decode() == (
        '{"actor":"Ana Álves","at":"2026-11-20T09:30:00.123456Z",'
        '"commitment":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",'
        '"kind":"dsar:request:received","object":"request-1","role":"officer",'
        '"subject":"00000000-0000-0000-0000-000000000002","uid":"00000000-0000-0000-0000-000000000001"}'
    )
    entry.subject_id = None
    assert leaf_fields(entry)["subject"] is None


def test_a_kind_reads_as_words() -> None:
    assert words("dsar:request:deadline_extended") == "Request deadline extended"
