"""I1, I2, I3: every use of a face is written down and compared with what the person allowed at that moment."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest

from compliance.artifacts.models import Violation
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.clock import to_text
from consent.models import Release, Use
from tests.apps.consent.training_cast import SYSTEM, Trainer, allowed, notice_of, person, promise, reasons, report, taken_back, thing, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(db: None) -> Trainer:
    promise()
    return Trainer()


def test_i3_a_job_is_logged_with_its_purpose_and_an_unexplained_one_alerts(trainer: Trainer) -> None:
    release = allowed("ana", "face_scan")
    thing("ana", "a-1", category="face_crop")
    rows = report(trainer, use("ana", artifact="a-1"), use("ben"), use("ana", "benchmark"))
    assert [(r["explained"], r["reason"], r["release"]) for r in rows] == [
        (True, "active", str(release.pk)),
        (False, "unknown_subject", None),
        (False, "purpose_not_granted", None),
    ]
    assert list(Use.objects.order_by("at").values_list("kind", "purpose", "reason")) == [
        ("job", "face_scan", "active"),
        ("job", "face_scan", "unknown_subject"),
        ("job", "benchmark", "purpose_not_granted"),
    ]
    alerts = Violation.objects.order_by("found_at", "category")
    assert {(a.kind, a.external_id, a.system) for a in alerts} == {("unexplained_use", f"use:{r['id']}", SYSTEM) for r in rows[1:]}
    entry = Entry.objects.get(kind="consent:uses:reported")
    assert entry.payload == {"uses": [r["id"] for r in rows], "unexplained": [r["id"] for r in rows[1:]]}
    assert Entry.objects.filter(kind="artifacts:violation:unexplained_use").count() == 2


def test_i3_a_use_before_the_withdrawal_is_explained_and_one_after_it_is_not(trainer: Trainer) -> None:
    release = allowed("ana", "face_scan", at=clock.now() - timedelta(days=3))
    before = clock.now()
    taken_back("ana", "face_scan")
    rows = report(trainer, use("ana", at=before), use("ana", at=clock.now()), use("ana", at=before - timedelta(days=9)))
    assert [(r["reason"], r["release"]) for r in rows] == [("active", str(release.pk)), ("withdrawn", None), ("withdrawn", None)]


def test_i3_a_refusal_after_a_withdrawal_does_not_blame_what_came_before(trainer: Trainer) -> None:
    release = allowed("ana", "face_scan", at=clock.now() - timedelta(days=3))
    before = clock.now()
    assert reasons(trainer, use("ana", at=before)) == ["active"]
    taken_back("ana", "face_scan")
    refused = clock.now()
    allowed("ana", "face_scan", at=refused, state="refused", method="button", ended_at=refused)
    rows = report(trainer, use("ana", at=before), use("ana", at=clock.now()), use("ana", at=before - timedelta(days=9)))
    assert [(r["reason"], r["release"]) for r in rows] == [("active", str(release.pk)), ("refused", None), ("refused", None)]


def test_i3_a_release_signed_afterwards_does_not_explain_what_came_before(trainer: Trainer) -> None:
    allowed("ana", "face_scan")
    assert reasons(trainer, use("ana", at=clock.now() - timedelta(days=2))) == ["no_release"]


def test_a_notice_that_grew_since_does_not_blame_what_came_before(trainer: Trainer) -> None:
    allowed("ana", "face_scan")
    before = clock.now()
    assert reasons(trainer, use("ana")) == ["active"]
    notice_of("face_scan", reach=2, published_at=clock.now())
    assert reasons(trainer, use("ana"), use("ana", at=before)) == ["superseded", "active"]


def test_a_minor_or_a_law_is_not_excused_by_an_older_release(trainer: Trainer) -> None:
    allowed("kid", "face_scan")
    kid = person("kid")
    kid.age = "minor"
    kid.save()
    allowed("mary", "train_shared_model")
    mary = person("mary")
    mary.jurisdictions = ["MD"]
    mary.save()
    assert reasons(trainer, use("kid"), use("mary", "train_shared_model")) == ["minor", "jurisdiction_blocked"]


def test_the_artifact_must_be_registered_of_that_person_and_there(trainer: Trainer) -> None:
    allowed("ana", "face_scan")
    allowed("ben", "face_scan")
    thing("ben", "b-1")
    thing("ana", "gone", gone_at=clock.now() - timedelta(hours=1))
    thing("ana", "elsewhere", system="other")
    assert reasons(trainer, *[use("ana", artifact=name) for name in ("b-1", "gone", "elsewhere", "nothing")]) == [
        "artifact_of_another",
        "artifact_gone",
        "artifact_unregistered",
        "artifact_unregistered",
    ]
    assert reasons(trainer, use("ana", artifact="gone", at=clock.now() - timedelta(hours=2))) == ["active"]


@pytest.mark.parametrize("purpose", ["security", "fraud", "sale", "anything"])
def test_what_nobody_can_allow_is_never_explained(trainer: Trainer, purpose: str) -> None:
    allowed("ana", "face_scan")
    [row] = report(trainer, use("ana", purpose))
    assert row["explained"] is False
    assert row["reason"] in {"not_consentable", "unknown_purpose"}


def test_i2_a_release_for_one_piece_explains_no_other(trainer: Trainer) -> None:
    allowed("ana", "marketing", piece="spring poster")
    others = [use("ana", "marketing", piece="film"), use("ana", "marketing")]
    assert reasons(trainer, use("ana", "marketing", piece="spring poster"), *others) == ["active", "no_release", "no_release"]


def test_i2_a_piece_counts_for_marketing_only_then_and_now(trainer: Trainer) -> None:
    release = allowed("ana", "face_scan", at=clock.now() - timedelta(days=3))
    before = clock.now()
    use_now, use_then = use("ana", piece="spring poster"), use("ana", piece="spring poster", at=before)
    assert report(trainer, use_now)[0]["release"] == str(release.pk)
    taken_back("ana", "face_scan")
    assert reasons(trainer, use_then, {**use_now, "at": clock.now()}) == ["active", "withdrawn"]


def checked(subject: str, action: str, purpose: str = "regenerate") -> Use:
    """What the consent check leaves when it binds a run to an act of the person."""
    release = Release.objects.get(subject=person(subject), purpose=purpose)
    return Use.objects.create(
        system=SYSTEM,
        kind="run",
        subject=release.subject,
        purpose=purpose,
        release=release,
        reason="active",
        action_hash=hashlib.sha256(action.encode()).digest(),
        at=clock.now(),
    )


def test_i1_a_run_that_was_checked_is_the_same_use_and_a_second_run_of_one_act_alerts(trainer: Trainer) -> None:
    release = allowed("ana", "regenerate")
    checked("ana", "click-1")
    run = use("ana", "regenerate", kind="run", action_id="click-1")
    assert report(trainer, run)[0] | {"id": ""} == {"id": "", "explained": True, "reason": "active", "release": str(release.pk)}
    assert not Violation.objects.exists()
    assert reasons(trainer, run) == ["action_replayed"]
    checked("ana", "click-2")
    twice = use("ana", "regenerate", kind="run", action_id="click-2")
    assert reasons(trainer, twice, twice) == ["active", "action_replayed"]
    assert Violation.objects.count() == 2


def test_i1_a_run_without_a_check_or_under_the_act_of_another_person_or_purpose_alerts(trainer: Trainer) -> None:
    for name in ("ana", "ben"):
        allowed(name, "regenerate")
        allowed(name, "match")
        allowed(name, "face_scan")
    for action in ("click-1", "click-2"):
        checked("ana", action)
    assert reasons(
        trainer,
        use("ana", "regenerate", kind="run"),
        use("ana", "regenerate", kind="run", action_id="never asked"),
        use("ben", "regenerate", kind="run", action_id="click-1"),
        use("ana", "match", kind="run", action_id="click-2"),
        use("ana", "face_scan", kind="run", action_id="a scan needs none"),
    ) == ["action_not_bound"] * 4 + ["active"]


def test_a_repeated_call_is_one_report(trainer: Trainer) -> None:
    allowed("ana", "regenerate")
    checked("ana", "click-1")
    body = {"uses": [use("ana", "regenerate", kind="run", action_id="click-1", at=to_text(clock.now()))]}
    key = uuid.uuid4().hex
    first = trainer.post("uses", body, **{"Idempotency-Key": key}).json()
    assert trainer.post("uses", body, **{"Idempotency-Key": key}).json() == first
    assert Use.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "disclosure"},
        {"kind": "disclosure", "recipient": "Not A Slug"},
        {"kind": "job", "exception": "BIPA_15d4"},
        {"kind": "job", "action_id": "click"},
        {"kind": "disclosure", "purpose": "disclose:lab", "recipient": "other"},
        {"kind": "party"},
        {"at": "2026-11-20T10:00:00"},
        {"at": "2099-01-01T00:00:00Z"},
        {"subject": ""},
        {"extra": 1},
    ],
)
def test_one_bad_use_is_named_and_none_is_stored(trainer: Trainer, wrong: dict[str, Any]) -> None:
    answer = trainer.post("uses", {"uses": [use("ana"), {**use("ana"), **wrong}]})
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["pointer"].startswith("/uses/1")
    assert not Use.objects.exists()


def test_a_thousand_uses_in_one_call_cost_few_queries_and_one_more_is_refused(trainer: Trainer, django_assert_max_num_queries: Any) -> None:
    allowed("ana", "face_scan")
    body = [use("ana", at=to_text(clock.now())) for _ in range(1000)]
    with django_assert_max_num_queries(30):
        assert {row["reason"] for row in report(trainer, *body)} == {"active"}
    assert trainer.post("uses", {"uses": [*body, use("ana")]}).status_code == 422
