"""D1, D5, D6, D7, D9, D10: who becomes a member of a dataset, at one moment, signed, and who does not."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from compliance.access.middleware import MAX_LIST
from compliance.artifacts.models import Violation
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.erasure.actions import order
from consent.models import Dataset, Member, Snapshot
from tests.apps.consent.training_cast import PERSONAL, SHARED, Taken, Trainer, allowed, notice_of, person, promise, taken_back, thing

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(db: None) -> Trainer:
    promise()
    return Trainer()


def test_d1_ana_opted_in_ben_signed_for_the_scan_and_cy_said_nothing_so_ana_alone_is_a_member(trainer: Trainer) -> None:
    release = allowed("ana")
    allowed("ben", "face_scan")
    for name in ("ana", "ben", "cy"):
        thing(name, f"{name}-1")
    taken = trainer.snapshot(trainer.dataset(), ["ana-1", "ben-1", "cy-1"])
    assert taken.members == {"ana-1": str(release.pk)}
    assert (taken.head["asked"], taken.head["allowed"], taken.head["purpose"]) == (3, 1, SHARED)
    member = Member.objects.get()
    assert (member.artifact.external_id, member.subject_id, member.release_id) == ("ana-1", release.subject_id, release.pk)


@pytest.mark.parametrize("purpose", [SHARED, PERSONAL, "quality", "benchmark"])
def test_d9_each_reuse_needs_a_release_of_its_own(trainer: Trainer, purpose: str) -> None:
    for other in {SHARED, PERSONAL, "quality", "benchmark", "face_scan"} - {purpose}:
        allowed("ben", other)
    release = allowed("ana", purpose)
    thing("ana", "ana-1")
    thing("ben", "ben-1")
    assert trainer.snapshot(trainer.dataset(purpose), ["ana-1", "ben-1"]).members == {"ana-1": str(release.pk)}


def test_d9_a_dataset_is_for_one_reuse_and_nothing_else(trainer: Trainer) -> None:
    for purpose in ("face_scan", "marketing", "sale", "", [SHARED, "quality"]):
        assert trainer.post("datasets", {"name": "x", "purpose": purpose}).status_code == 422, purpose
    assert not Dataset.objects.exists()


def test_what_is_gone_ordered_destroyed_unknown_or_another_systems_is_no_member(trainer: Trainer) -> None:
    allowed("ana")
    thing("ana", "here")
    thing("ana", "gone", gone_at=clock.now())
    thing("ana", "elsewhere", system="other")
    doomed = thing("ana", "doomed")
    at = clock.now()
    order(subject_id=doomed.subject_id, reason="schedule", rule="r", origin="t", artifacts=[doomed], decided_by="t", actor=SERVICE, at=at)
    taken = trainer.snapshot(trainer.dataset(), ["here", "gone", "elsewhere", "doomed", "nobody-knows", "here"])
    assert set(taken.members) == {"here"}
    assert taken.head["asked"] == 5


def test_expired_grown_minor_and_blocked_by_law_are_no_members(trainer: Trainer) -> None:
    at = clock.now()
    allowed("ana")
    allowed("old", at=at - timedelta(days=400), expires_at=at - timedelta(days=1))
    allowed("kid")
    kid = person("kid")
    kid.age = "minor"
    kid.save()
    allowed("mary")
    mary = person("mary")
    mary.jurisdictions = ["MD"]
    mary.save()
    for name in ("ana", "old", "kid", "mary"):
        thing(name, name)
    dataset = trainer.dataset()
    assert set(trainer.snapshot(dataset, ["ana", "old", "kid", "mary"]).members) == {"ana"}
    notice_of(SHARED, reach=2)
    assert trainer.snapshot(dataset, ["ana"]).members == {}


def test_d7_after_a_withdrawal_the_next_manifest_holds_nothing_of_that_person(trainer: Trainer) -> None:
    for name in ("ana", "ben"):
        allowed(name)
        thing(name, f"{name}-1", category="metadata", biometric=False, purpose="account_history")
        thing(name, f"{name}-2")
    dataset, names = trainer.dataset(), ["ana-1", "ana-2", "ben-1", "ben-2"]
    first = trainer.snapshot(dataset, names)
    assert set(first.members) == set(names)
    taken_back("ben")
    second = trainer.snapshot(dataset, names)
    assert set(second.members) == {"ana-1", "ana-2"}
    assert not Member.objects.filter(snapshot_id=second.id, subject=person("ben")).exists()
    # What was said before stays said.
    assert Taken.of(trainer.get(f"snapshots/{first.id}")).raw == first.raw


def test_d6_an_entry_records_dataset_snapshot_hash_date_and_consent(trainer: Trainer) -> None:
    release = allowed("ana")
    thing("ana", "ana-1")
    dataset = trainer.dataset(name="heads")
    taken = trainer.snapshot(dataset, ["ana-1"])
    stored = Snapshot.objects.get()
    assert (str(stored.dataset_id), str(stored.pk), stored.manifest_sha256) == (dataset, taken.id, taken.head["manifest_sha256"])
    assert abs(stored.at - clock.now()) < timedelta(minutes=1)
    assert Member.objects.get().release_id == release.pk
    entry = Entry.objects.get(kind="consent:snapshot:taken")
    assert entry.payload == {"dataset": dataset, "asked": 1, "allowed": 1, "manifest_sha256": stored.manifest_sha256}
    listed = trainer.get(f"datasets/{dataset}").json()
    assert [s["id"] for s in listed["snapshots"]] == [taken.id]


def test_a_stranger_recomputes_the_hash_from_the_lines_and_checks_the_signature_with_the_published_key(trainer: Trainer) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    allowed("ana")
    names = ['quote"back\\slash', "schön 漢字 😀", "tab\tin", "a", "Z", "\u007f\u2028"]
    for name in names:
        thing("ana", name)
    taken = trainer.snapshot(trainer.dataset(), names)
    head, _, rest = taken.raw.partition(b"\n")
    assert hashlib.sha256(rest).hexdigest() == taken.head["manifest_sha256"]
    assert [json.loads(line)["id"] for line in rest.splitlines()] == sorted(names, key=str.encode)
    header, payload, signature = taken.head["signature"].split(".")
    assert json.loads(decoded(payload)) == {k: v for k, v in json.loads(head).items() if k != "signature"}
    keys = trainer.http.get("/.well-known/jwks.json").json()["keys"]
    key = next(k for k in keys if k["kid"] == json.loads(decoded(header))["kid"])
    Ed25519PublicKey.from_public_bytes(decoded(key["x"])).verify(decoded(signature), f"{header}.{payload}".encode())


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_d5_under_a_profile_that_forbids_it_nobody_is_a_member_and_an_officer_is_told_once(trainer: Trainer) -> None:
    allowed("ana")
    thing("ana", "ana-1")
    dataset = trainer.dataset()
    assert trainer.snapshot(dataset, ["ana-1"]).members
    assert not Violation.objects.exists()
    promise(shared_model="forbidden")
    for _ in range(2):
        assert trainer.snapshot(dataset, ["ana-1"]).members == {}
    found = Violation.objects.get()
    assert (found.kind, found.external_id, found.category) == ("unexplained_use", f"dataset:{dataset}", SHARED)
    assert Entry.objects.filter(kind="artifacts:violation:unexplained_use").count() == 1


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b'"a"\n"b"\nnot json\n', 3),
        (b'"a"\n\n7\n', 3),
        (b'{"id": "a"}\n{"id": "b", "more": 1}\n', 2),
        (b'"a"\n{"id": "b", "id": "c"}\n', 2),
        (b'"a"\n""\n', 2),
        (b'"' + b"a" * 201 + b'"\n', 1),
        (b'"' + b"a" * 3000 + b'"\n', 1),
        (b'"a"\n"\xff"\n', 2),
        (b'"a"\nNaN\n', 2),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_stored(trainer: Trainer, line: bytes, number: int) -> None:
    answer = trainer.stream(trainer.dataset(), line)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["pointer"] == f"/{number}"
    assert f"line {number}" in answer.json()["errors"][0]["detail"]
    assert not Snapshot.objects.exists()


def test_a_face_on_a_line_is_refused_and_reported(trainer: Trainer) -> None:
    answer = trainer.stream(trainer.dataset(), b'"a"\n"data:image/png;base64,AAAA"\n')
    assert answer.status_code == 422
    assert Violation.objects.get().kind == "face_data_sent"
    assert not Snapshot.objects.exists()


def test_json_and_lines_say_the_same_and_a_repeated_call_gets_the_same_snapshot(trainer: Trainer) -> None:
    allowed("ana")
    thing("ana", "ana-1")
    dataset = trainer.dataset()
    as_json = trainer.post(f"datasets/{dataset}/snapshots", {"candidates": ["ana-1", {"id": "ben-1"}, "ana-1"]})
    assert as_json.status_code == 201
    once = trainer.stream(dataset, b'"ana-1"\n{"id":"ben-1"}', key="same")
    again = trainer.stream(dataset, b'"ana-1"\n{"id":"ben-1"}', key="same")
    first = Taken.of(once)
    assert first.members == Taken.of(as_json).members
    assert first == Taken.of(again)
    assert Snapshot.objects.count() == 2
    assert trainer.stream(dataset, b'"ana-1"', key="same").status_code == 422


@pytest.mark.parametrize("body", [{}, {"candidates": []}, {"candidates": "a"}, {"candidates": [1]}, {"candidates": ["a"], "x": 1}, []])
def test_a_body_without_candidates_is_refused(trainer: Trainer, body: Any) -> None:
    assert trainer.post(f"datasets/{trainer.dataset()}/snapshots", body).status_code == 422
    assert trainer.stream(trainer.dataset(), b"").status_code == 422


def test_another_system_sees_neither_dataset_nor_snapshot(trainer: Trainer) -> None:
    allowed("ana")
    thing("ana", "ana-1")
    dataset = trainer.dataset()
    taken = trainer.snapshot(dataset, ["ana-1"])
    stranger = Trainer(system="other")
    assert stranger.get(f"datasets/{dataset}").status_code == 404
    assert stranger.get(f"snapshots/{taken.id}").status_code == 404
    assert stranger.stream(dataset, b'"ana-1"').status_code == 404
    assert trainer.post("datasets", {"name": "twice", "purpose": SHARED}).status_code == 201
    assert trainer.post("datasets", {"name": "twice", "purpose": "quality"}).status_code == 409


def test_d1_a_release_whose_signature_lies_after_the_moment_lets_nothing_in(trainer: Trainer) -> None:
    """Another machine's clock runs ahead of the database's."""
    for name, at in (("ana", clock.now() - timedelta(hours=1)), ("ben", clock.now() + timedelta(hours=1))):
        allowed(name, at=at)
        thing(name, f"{name}-1")
    taken = trainer.snapshot(trainer.dataset(), ["ana-1", "ben-1"])
    assert set(taken.members) == {"ana-1"}


def test_only_this_route_takes_more_than_a_megabyte(trainer: Trainer) -> None:
    big = b'"' + b'x"\n"' * 400_000 + b'x"'
    assert 1_000_000 < len(big) < MAX_LIST
    dataset = trainer.dataset()
    assert trainer.stream(dataset, big).status_code == 201
    json_headers: dict[str, Any] = {"content_type": "application/json", "headers": trainer.headers()}
    assert trainer.http.post(f"/api/v1/datasets/{dataset}/snapshots", big, **json_headers).status_code == 413
    for path in ("/api/v1/datasets", f"/api/v1/datasets/{dataset}", "/api/v1/uses", f"/api/v1/datasets/{dataset}/snapshots/"):
        assert trainer.http.post(path, big, content_type="application/x-ndjson", headers=trainer.headers()).status_code == 413, path
    answer = trainer.http.post(
        f"/api/v1/datasets/{dataset}/snapshots", b" " * (MAX_LIST + 1), content_type="application/x-ndjson", headers=trainer.headers()
    )
    assert answer.status_code == 413


def test_without_the_scope_and_without_a_key_of_its_own_nothing_happens(trainer: Trainer) -> None:
    dataset = trainer.dataset()
    path = f"/api/v1/datasets/{dataset}/snapshots"
    assert trainer.http.post(path, b'"a"', content_type="application/x-ndjson").status_code == 401
    bare = {"Authorization": f"Bearer {trainer.key}"}
    assert trainer.http.post(path, b'"a"', content_type="application/x-ndjson", headers=bare).status_code == 400
