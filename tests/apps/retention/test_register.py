"""Registration over REST: every artifact gets a due date and its reason, or is named as what must not be."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from compliance.artifacts.models import Artifact, Violation
from compliance.audit.models import Entry
from compliance.backend.models import Condition, System
from compliance.core import clock
from compliance.core.clock import to_text
from compliance.delivery.models import Promise
from compliance.erasure.models import Order
from compliance.retention.actions import register_all
from compliance.subjects.actions import know
from compliance.subjects.models import Subject
from tests import factories

pytestmark = pytest.mark.django_db


def body(*items: dict[str, Any], subject: str = "usr_ana", **more: Any) -> dict[str, Any]:
    return {"system": "demo-scan", "subject": subject, "purpose": "face_scan", "artifacts": list(items), **more}


def item(id_: str, category: str = "original_upload", **more: Any) -> dict[str, Any]:
    return {"id": id_, "category": category, "store": "uploads", "created_at": to_text(clock.now()), "biometric": True, **more}


@pytest.fixture
def send(client: Client, settings: Any) -> Any:
    settings.ANNOUNCE_WORK = ""
    key = factories.api_key()
    calls = iter(range(1000))

    def post(payload: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"key-{next(calls)}"}
        return client.post("/api/v1/artifacts", payload, content_type="application/json", headers=headers)

    return post


def test_a2_an_artifact_of_a_signed_person_is_stored_whole_with_its_due_date_and_why(send: Any) -> None:
    factories.signed("usr_ana")
    answer = send(body(item("up-1"), item("emb-1", "embedding", store="vectors", derived_from="up-1", size=512)))
    assert answer.status_code == 200, answer.content
    first, second = answer.json()["artifacts"]
    assert (first["status"], second["status"]) == ("registered", "registered")
    assert "(decides)" in first["why"][0]
    stored = Artifact.objects.get(external_id="emb-1")
    assert (stored.derived_from.external_id, stored.size, stored.biometric) == ("up-1", 512, True)  # type: ignore[union-attr]  # checked here
    assert stored.due_at <= Artifact.objects.get(external_id="up-1").due_at


def test_c1_an_artifact_without_a_release_is_quarantined_and_ordered_destroyed(send: Any) -> None:
    factories.profile()
    answer = send(body(item("up-1"), subject="usr_cy"))
    assert answer.json()["artifacts"][0]["status"] == "quarantined"
    assert Violation.objects.get().kind == "no_live_reason"
    assert Order.objects.get().outcomes.get().artifact.external_id == "up-1"
    assert Promise.objects.filter(topic="erasure.run").count() == 1


def test_a1_a_category_outside_the_taxonomy_is_refused_and_one_the_profile_never_keeps_is_a_violation(send: Any) -> None:
    factories.signed("usr_ana")
    answer = send(body(item("x-1", "soul"), item("q-1", "qa_copy"), item("up-1")))
    assert [a["status"] for a in answer.json()["artifacts"]] == ["refused", "quarantined", "registered"]
    assert set(Violation.objects.values_list("kind", flat=True)) == {"unknown_category", "never_kept"}


def test_the_same_artifact_twice_is_known_and_an_id_of_somebody_else_is_refused(send: Any) -> None:
    factories.signed("usr_ana")
    factories.signed("usr_ben")
    assert send(body(item("up-1"))).json()["artifacts"][0]["status"] == "registered"
    assert send(body(item("up-1"))).json()["artifacts"][0]["status"] == "known"
    assert send(body(item("up-1"), subject="usr_ben")).json()["artifacts"][0]["status"] == "refused"
    assert send(body(item("c-1", "face_crop", derived_from="up-1"), subject="usr_ben")).json()["artifacts"][0]["status"] == "refused"
    assert Artifact.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"artifacts": []}, "/artifacts"),
        ({"artifacts": [item(f"a-{n}") for n in range(1001)]}, "/artifacts"),
        ({"purpose": "sale"}, "/purpose"),
        ({"colour": "red"}, "/colour"),
        ({"artifacts": [{**item("a"), "size": "12"}]}, "/artifacts/0/size"),
        ({"artifacts": [{**item("a"), "biometric": "true"}]}, "/artifacts/0/biometric"),
        ({"artifacts": [{**item("a"), "created_at": "yesterday"}]}, "/artifacts/0/created_at"),
        ({"artifacts": [{**item("a"), "created_at": "2026-11-20T10:00:00"}]}, "/artifacts/0/created_at"),
        ({"artifacts": [{**item("a"), "created_at": "0001-01-01T00:00:00+12:00"}]}, "/artifacts/0/created_at"),
        ({"artifacts": [{**item("a"), "pixels": 1}]}, "/artifacts/0/pixels"),
        ({"subject": ""}, "/subject"),
        ({"subject": 7}, "/subject"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(send: Any, change: dict[str, Any], pointer: str) -> None:
    answer = send({**body(item("up-1")), **change})
    assert answer.status_code == 422, answer.content
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}
    assert (Artifact.objects.count(), Subject.objects.count()) == (0, 0)


def test_e2_sale_cannot_be_expressed_and_another_systems_key_is_refused(send: Any) -> None:
    factories.signed("usr_ana")
    assert send(body(item("up-1"), purpose="sell")).status_code == 422
    assert send(body(item("up-1"), system="other")).status_code == 403


def test_j5_a_picture_or_a_vector_in_a_body_is_refused_and_nothing_is_stored(send: Any) -> None:
    factories.signed("usr_ana")
    picture = send(body({**item("up-1"), "store": "iVBORw0KGgoAAAANSUhEUgAA"}))
    vector = send({**body(item("up-1")), "vector": [0.1] * 512})
    assert (picture.status_code, vector.status_code) == (422, 422)
    assert picture.json()["type"].endswith("face-data-refused")
    assert Artifact.objects.count() == 0
    assert Violation.objects.filter(kind="face_data_sent", system="demo-scan").count() >= 1


def test_b6_a_job_that_never_completes_still_has_an_end_and_the_law_may_end_it_sooner(send: Any) -> None:
    factories.signed("usr_ana")
    send(body(item("up-1")))
    stored = Artifact.objects.get()
    assert stored.due_at - stored.created_at == timedelta(days=37)
    assert any("has not begun" in line for line in stored.due_why)
    assert any(line.startswith("law:") for line in stored.due_why)


def test_created_in_the_future_is_refused_with_a_remedy(send: Any) -> None:
    factories.signed("usr_ana")
    answer = send(body({**item("up-1"), "created_at": to_text(clock.now() + timedelta(days=400))}))
    assert answer.json()["artifacts"][0]["status"] == "refused"
    assert "Check the clock" in answer.json()["artifacts"][0]["why"][0]


def test_d1_a_training_copy_needs_the_training_release_and_not_only_the_scan(send: Any) -> None:
    factories.signed("usr_ana")
    answer = send(body(item("up-1"), item("t-1", "training_copy", derived_from="up-1")))
    assert [a["status"] for a in answer.json()["artifacts"]] == ["registered", "quarantined"]
    assert Violation.objects.get().kind == "no_live_reason"
    assert [o.artifact.external_id for o in Order.objects.get().outcomes.all()] == ["t-1"]


def test_an_operational_purpose_is_no_reason_to_keep_a_face(send: Any) -> None:
    factories.signed("usr_ana")
    answer = send(body(item("e-1", "embedding"), item("r-1", "result_report", biometric=False), purpose="fraud"))
    assert [a["status"] for a in answer.json()["artifacts"]] == ["quarantined", "registered"]


def test_what_was_destroyed_and_is_registered_again_is_a_violation_and_goes_at_once(send: Any) -> None:
    factories.signed("usr_ana")
    send(body(item("up-1")))
    Artifact.objects.update(gone_at=clock.now())
    answer = send(body(item("up-1")))
    assert answer.json()["artifacts"][0]["status"] == "quarantined"
    assert Violation.objects.get().kind == "reappeared"
    assert Artifact.objects.get().gone_at is None
    assert Order.objects.get().outcomes.get().artifact.external_id == "up-1"


def test_a_system_that_is_not_connected_and_a_store_it_does_not_describe_are_refused(send: Any) -> None:
    factories.signed("usr_ana")
    condition = Condition.objects.get()
    condition.stores = [{"name": "uploads", "backup_max_age": None, "purge": "immediate"}]
    condition.save()
    answer = send(body(item("up-1"), item("up-2", store="elsewhere")))
    assert [a["status"] for a in answer.json()["artifacts"]] == ["registered", "refused"]
    Artifact.objects.all().delete()
    condition.delete()
    System.objects.all().delete()
    assert send(body(item("up-3"))).status_code == 422


def test_two_pictures_sent_one_after_the_other_are_one_open_violation_and_no_error(send: Any) -> None:
    factories.signed("usr_ana")
    for number in range(3):
        assert send({**body(item(f"up-{number}")), "vector": [0.5] * 64}).status_code == 422
    assert Violation.objects.filter(kind="face_data_sent").count() == 1


@pytest.mark.parametrize("said", [{}, {"attested": False}])
def test_h5_a_picture_of_somebody_else_needs_the_uploaders_word_for_it(send: Any, said: dict[str, bool]) -> None:
    factories.profile()
    know(reference="pic_1", kind="depicted", actor=factories.BACKEND, at=clock.now())
    answer = send(body(item("up-1"), subject="pic_1", **said))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/attested"]
    assert not Artifact.objects.exists()
    assert send(body(item("up-1"), subject="pic_1", attested="yes")).status_code == 422
    assert not Entry.objects.filter(kind="retention:upload:attested").exists()


def test_h5_the_uploaders_word_is_kept_in_the_ledger_beside_what_it_is_about(send: Any) -> None:
    factories.profile()
    dora = know(reference="pic_1", kind="depicted", actor=factories.BACKEND, at=clock.now())
    answer = send(body(item("up-1"), subject="pic_1", attested=True))
    assert answer.status_code == 200, answer.content
    entry = Entry.objects.get(kind="retention:upload:attested")
    artifact = Artifact.objects.get()
    assert (entry.object_id, entry.subject_id) == (str(dora.pk), dora.pk)
    assert entry.payload == {"system": "demo-scan", "artifacts": [str(artifact.pk)]}
    # It is no release of the depicted: without one, nothing of theirs is kept.
    assert answer.json()["artifacts"][0]["status"] == "quarantined"


def test_h5_nobody_attests_for_a_person_who_uploads_their_own_picture(send: Any) -> None:
    factories.signed("usr_ana")
    assert send(body(item("up-1"))).json()["artifacts"][0]["status"] == "registered"
    assert not Entry.objects.filter(kind="retention:upload:attested").exists()


def test_a3_a_thousand_artifacts_cost_as_many_statements_as_two(django_assert_max_num_queries: Any, settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""
    factories.signed("usr_ana")
    subject = Subject.objects.get(references__isnull=False)
    batches = {size: [factories.item(f"up-{size}-{n}") for n in range(size)] for size in (2, 1000)}
    with django_assert_max_num_queries(28):
        for items in batches.values():
            answers = register_all(
                subject=subject, system="demo-scan", purpose="face_scan", items=items, actor=factories.BACKEND, at=clock.now()
            )
            assert {answer.status for answer in answers} == {"registered"}
    assert Artifact.objects.filter(subject=subject).count() == 1002
    assert Entry.objects.filter(kind="artifacts:artifact:registered", subject_id=subject.pk).count() == 1002
