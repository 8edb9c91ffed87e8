"""D10: 100,000 candidates in one call, each answered as the oracle says; and D6: which models saw whom, against brute force."""

import random
import time
import tracemalloc
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from compliance.core import clock
from compliance.subjects.models import Subject
from consent.actions import snapshots
from consent.models import Dataset, Member, ModelVersion, Snapshot, Training
from consent.queries import snapshots as pages
from consent.queries.training import models_with, training_of
from tests.apps.consent.training_cast import BACKEND, SHARED, SYSTEM, Trainer, allowed, notice_of, promise, taken_back, thing
from tests.conftest import owner_connection

pytestmark = pytest.mark.django_db
MANY = 100_000
# What the number of a person says of them. Everybody else opted in and stands by it.
PEOPLE = """
INSERT INTO subjects_subject (id, kind, jurisdictions, age, wrapped_key, key_epoch, created_at, last_interaction_at)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'account', ARRAY[CASE WHEN n %% 31 = 0 THEN 'MD' ELSE 'IL' END],
       CASE WHEN n %% 29 = 0 THEN 'minor' ELSE 'unknown' END, 'k'::bytea, '1', now(), now()
FROM generate_series(0, %(many)s - 1) n
"""
ARTIFACTS = """
INSERT INTO artifacts_artifact (id, system, external_id, subject_id, category, purpose, store, biometric, created_at, registered_at,
                                due_at, due_why, gone_at)
SELECT gen_random_uuid(), CASE WHEN n %% 37 = 0 THEN 'other' ELSE %(system)s END, 'upl_' || lpad(n::text, 8, '0'),
       ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'training_copy', %(purpose)s, 'datasets', true, now(), now(),
       now() + interval '30 days', '[]', CASE WHEN n %% 41 = 0 THEN now() END
FROM generate_series(0, %(many)s - 1) n
"""
RELEASES = """
INSERT INTO consent_release (id, subject_id, purpose, piece, notice_id, state, recipients, text_hash, signer_role, method, channel, system,
                             gpc, evidence_sealed, shown_at, signed_at, expires_at, ended_at)
SELECT gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       CASE WHEN n %% 11 = 0 THEN 'face_scan' ELSE %(purpose)s END, '', %(notice)s,
       CASE WHEN n %% 7 = 0 THEN 'withdrawn' WHEN n %% 13 = 0 THEN 'refused' WHEN n %% 17 = 0 THEN 'stale' ELSE 'active' END,
       '{}', repeat('0', 64), 'self', 'typed_name', 'hosted', '', false, 's'::bytea, now() - interval '400 days',
       now() - interval '400 days', now() + CASE WHEN n %% 19 = 0 THEN interval '-1 day' ELSE interval '9 days' END, NULL
FROM generate_series(0, %(many)s - 1) n WHERE n %% 5 <> 0
"""
DENIED_WHEN = (5, 7, 11, 13, 17, 19, 29, 31, 37, 41)


def crowd(many: int) -> None:
    values: dict[str, Any] = {"many": many, "purpose": SHARED, "system": SYSTEM, "notice": notice_of(SHARED).pk}
    with connection.cursor() as cursor:
        for sql in (PEOPLE, ARTIFACTS, RELEASES):
            cursor.execute(sql, values)
    # As autovacuum does; and as the owner, because only an owner may.
    with owner_connection() as owner:
        owner.execute("ANALYZE subjects_subject, artifacts_artifact, consent_release, consent_notice")


def oracle(many: int) -> set[str]:
    return {f"upl_{n:08d}" for n in range(many) if all(n % d for d in DENIED_WHEN)}


@pytest.mark.django_db(transaction=True)
def test_d10_100_000_candidates_in_one_call_and_not_one_false_allow(record_property: Any) -> None:
    promise()
    crowd(MANY)
    trainer = Trainer()
    names = [f"upl_{n:08d}" for n in range(MANY)]
    random.Random(7).shuffle(names)
    started = time.perf_counter()
    taken = trainer.snapshot(trainer.dataset(), names)
    seconds = time.perf_counter() - started
    record_property("seconds", seconds)
    wanted = oracle(MANY)
    assert 30_000 < len(wanted) < 60_000
    assert set(taken.members) - wanted == set(), "allowed without an opt-in at that moment"
    assert set(taken.members) == wanted
    assert Member.objects.filter(snapshot_id=taken.id).count() == taken.head["allowed"] == len(wanted)


def test_memory_does_not_grow_with_the_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of ids is held; of everything else a chunk."""
    monkeypatch.setattr(snapshots, "CHUNK", 200)
    monkeypatch.setattr(pages, "PAGE", 200)
    promise()
    crowd(2_000)
    dataset = Dataset.objects.create(name="heads", purpose=SHARED, system=SYSTEM, made_at=clock.now())
    peaks = []
    for many in (400, 400, 2_000):
        ids = [f"upl_{n:08d}" for n in range(many)]
        tracemalloc.start()
        snapshot = snapshots.take_snapshot(dataset=dataset, candidates=ids, actor=BACKEND, at=clock.now())
        assert sum(1 for _ in pages.lines(snapshot)) > many // 1000
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Ids cost some 70 bytes each; members with their standings would cost a thousand.
    assert peaks[2] - peaks[1] < 1_600 * 400, peaks


@pytest.mark.parametrize("seed", range(5))
def test_d6_which_models_saw_whom_is_exact_on_any_lineage(seed: int) -> None:
    """People with several artifacts, snapshots that overlap, models on several snapshots, withdrawals in between."""
    promise()
    dice = random.Random(seed)
    trainer = Trainer()
    people = [f"p{n}" for n in range(7)]
    names = {person: [f"{person}-{n}" for n in range(dice.randint(0, 3))] for person in people}
    for person in people:
        allowed(person)
        for name in names[person]:
            thing(person, name, category="metadata", biometric=False, purpose="account_history")
    dataset = trainer.dataset()
    standing, held, models = set(people), {}, {}
    for _ in range(12):
        act = dice.choice(["snapshot", "snapshot", "model", "withdraw"])
        if act == "snapshot":
            asked = [name for person in people for name in names[person] if dice.random() < 0.5] or ["nothing"]
            taken = trainer.snapshot(dataset, asked)
            held[taken.id] = {name for name in asked if name.split("-")[0] in standing} - {"nothing"}
            assert set(taken.members) == held[taken.id]
        elif act == "model" and held:
            seen = dice.sample(sorted(held), dice.randint(1, len(held)))
            models[trainer.model(*seen)["id"]] = seen
        elif act == "withdraw" and len(standing) > 1:
            gone = dice.choice(sorted(standing))
            standing.remove(gone)
            taken_back(gone)
    for person in people:
        expected = {m for m, seen in models.items() if any(name.startswith(f"{person}-") for s in seen for name in held[s])}
        told = trainer.post("subjects/training", {"subject": person}).json()
        assert {str(m.pk) for m in models_with(subject(person))} == expected == {m["model"] for m in told["models"]}
        assert {u["snapshot"] for u in told["datasets"]} == {s for s in held if any(n.startswith(f"{person}-") for n in held[s])}


def subject(reference: str) -> UUID:
    from compliance.subjects.queries import by_reference

    found = by_reference(reference)
    assert found is not None
    return found.pk


def test_d6_an_account_is_asked_about_with_every_guest_that_was_merged_into_it() -> None:
    promise()
    trainer = Trainer()
    allowed("guest")
    thing("guest", "g-1")
    model = trainer.model(trainer.snapshot(trainer.dataset(), ["g-1"]).id)
    allowed("ana")
    Subject.objects.filter(pk=subject("guest")).update(merged_into=subject("ana"))
    assert [str(m.pk) for m in models_with(subject("ana"))] == [model["id"]]
    assert training_of(subject("ana"), clock.now()).answer == "trained"


def test_a_crowd_of_models_is_answered_with_few_queries(django_assert_max_num_queries: Any) -> None:
    promise()
    allowed("ana")
    trainer = Trainer()
    thing("ana", "a-1")
    taken = trainer.snapshot(trainer.dataset(), ["a-1"])
    rows = [ModelVersion(system=SYSTEM, name="m", version=str(n), kind="shared", trained_at=clock.now()) for n in range(20)]
    ModelVersion.objects.bulk_create(rows)
    Training.objects.bulk_create(Training(model=row, snapshot=Snapshot.objects.get(pk=taken.id)) for row in rows)
    with django_assert_max_num_queries(15):
        assert len(training_of(subject("ana"), clock.now()).models) == 20
