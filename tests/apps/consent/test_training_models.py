"""D3, D7, D11, D12: models, what they saw, what became of a withdrawal in each, and what a person is told."""

import re
from datetime import timedelta
from typing import Any

import pytest

from compliance.artifacts.models import Violation
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.retention.actions import Item, register_all
from consent.models import ModelVersion, Remediation
from consent.queries.training import report_section
from tests.apps.consent.consent_cast import grade
from tests.apps.consent.training_cast import PERSONAL, SHARED, Trainer, allowed, person, promise, taken_back, thing
from tests.architecture.source import PRODUCT, files, modules

pytestmark = pytest.mark.django_db
ATTESTED = {"method": "gradient ascent", "metric": "membership inference, AUC 0.51", "attested_by": "Dr. Lee, ML lead"}


@pytest.fixture
def trainer(db: None) -> Trainer:
    promise()
    return Trainer()


def trained(trainer: Trainer, *people: str, **more: Any) -> dict[str, Any]:
    """A shared model that saw one thing of each."""
    for name in people:
        if not person(name).releases.exists():
            allowed(name)
            thing(name, f"{name}-1", category="metadata", biometric=False, purpose="account_history")
    made: dict[str, Any] = trainer.model(trainer.snapshot(trainer.dataset(), [f"{name}-1" for name in people]).id, **more)
    return made


def remedy(trainer: Trainer, model: dict[str, Any], **body: Any) -> Any:
    return trainer.post(f"models/{model['id']}/remediations", body)


def told(trainer: Trainer, reference: str) -> Any:
    answer = trainer.post("subjects/training", {"subject": reference})
    assert answer.status_code == 200, answer.content
    return answer.json()


def state_in(trainer: Trainer, model: dict[str, Any], reference: str) -> list[str]:
    row = next(m for m in told(trainer, reference)["models"] if m["model"] == model["id"])
    return [r["state"] for r in row["remediation"]]


def test_d7_while_ben_agrees_there_is_nothing_to_remedy_and_when_he_stops_the_earlier_models_are_listed(trainer: Trainer) -> None:
    first, second = trained(trainer, "ana", "ben"), trained(trainer, "ana")
    assert state_in(trainer, first, "ben") == []
    assert remedy(trainer, first, subject="ben", state="excluded_future").status_code == 404
    taken_back("ben")
    assert [m["model"] for m in told(trainer, "ben")["models"]] == [first["id"]]
    assert state_in(trainer, first, "ben") == ["excluded_future"]
    read = trainer.get(f"models/{first['id']}").json()
    assert (read["people"], read["withdrew"], read["remediation"]) == (2, 1, {"excluded_future": 1})
    read = trainer.get(f"models/{second['id']}").json()
    assert (read["people"], read["withdrew"], read["remediation"]) == (1, 0, {})


def test_d7_a_destroyed_model_is_said_so_and_only_then(trainer: Trainer) -> None:
    model = trained(trainer, "ana", "ben")
    taken_back("ben")
    assert remedy(trainer, model, subject="ben", state="model_destroyed").status_code == 422
    assert trainer.post(f"models/{model['id']}/destroyed", {}).status_code == 200
    assert state_in(trainer, model, "ben") == ["model_destroyed"]
    assert remedy(trainer, model, subject="ben", state="model_destroyed").status_code == 201
    first = ModelVersion.objects.get().destroyed_at
    assert trainer.post(f"models/{model['id']}/destroyed", {}).status_code == 200
    assert ModelVersion.objects.get().destroyed_at == first
    assert Entry.objects.filter(kind="consent:model:destroyed").count() == 1


def test_d7_trained_again_without_ben_needs_a_model_in_its_place_that_saw_nothing_of_him(trainer: Trainer) -> None:
    model = trained(trainer, "ana", "ben")
    still = trained(trainer, "ana", "ben", replaces=model["id"])
    taken_back("ben")
    assert remedy(trainer, model, subject="ben", state="retrained_without").status_code == 422, "its replacement saw him too"
    without = trained(trainer, "ana", name="elsewhere")
    assert remedy(trainer, model, subject="ben", state="retrained_without").status_code == 422, "it replaces nothing"
    third = trained(trainer, "ana", replaces=still["id"])
    assert remedy(trainer, model, subject="ben", state="retrained_without").status_code == 201
    assert state_in(trainer, model, "ben") == ["retrained_without"]
    words = told(trainer, "ben")["models"][0]["remediation"][0]["words"]
    assert words == f"Trained again without it: version {third['version']}."
    assert without["version"] not in words


def test_d7_approximate_unlearning_names_method_metric_and_who_attests_or_is_not_stored(trainer: Trainer) -> None:
    model = trained(trainer, "ana", "ben")
    taken_back("ben")
    for lacking in ATTESTED:
        body = {**ATTESTED, lacking: " "}
        answer = remedy(trainer, model, subject="ben", state="approximate_unlearning", **body)
        assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, [f"/{lacking}"])
    assert not Remediation.objects.exists()
    assert remedy(trainer, model, subject="ben", state="approximate_unlearning", **ATTESTED).status_code == 201
    [row] = told(trainer, "ben")["models"][0]["remediation"]
    assert row["words"] == (
        "Approximate unlearning by gradient ascent, measured by membership inference, AUC 0.51, attested by Dr. Lee, ML lead."
    )
    assert row["recorded"] is True
    # The newest word holds.
    trainer.post(f"models/{model['id']}/destroyed", {})
    remedy(trainer, model, subject="ben", state="model_destroyed")
    assert state_in(trainer, model, "ben") == ["model_destroyed"]


def test_d7_never_used_is_for_what_the_model_did_not_see(trainer: Trainer) -> None:
    model = trained(trainer, "ana")
    unused = allowed("ben")
    assert remedy(trainer, model, release=str(unused.pk), state="never_used").status_code == 409, "it still stands"
    taken_back("ben")
    taken_back("ana")
    assert remedy(trainer, model, subject="ben", state="never_used").status_code == 201
    assert remedy(trainer, model, subject="ben", state="excluded_future").status_code == 404
    assert remedy(trainer, model, release=str(unused.pk), state="excluded_future").status_code == 422
    assert remedy(trainer, model, subject="ana", state="never_used").status_code == 404
    assert [o["words"] for o in told(trainer, "ben")["opt_ins"]] == ["Never used in a model."]


def test_a_new_signature_in_place_of_an_old_one_is_no_withdrawal(trainer: Trainer) -> None:
    model = trained(trainer, "ana")
    old = person("ana").releases.get()
    old.state, old.ended_at = "superseded", clock.now()
    old.save()
    allowed("ana", at=clock.now())
    assert state_in(trainer, model, "ana") == []
    taken_back("ana")
    assert state_in(trainer, model, "ana") == ["excluded_future"]


def test_a_remediation_names_one_release_or_one_person_and_another_systems_model_does_not_exist(trainer: Trainer) -> None:
    model = trained(trainer, "ana")
    taken_back("ana")
    release = str(person("ana").releases.get().pk)
    assert remedy(trainer, model, subject="ana", release=release, state="excluded_future").status_code == 422
    assert remedy(trainer, model, state="excluded_future").status_code == 422
    assert remedy(trainer, model, subject="ana", state="unlearned").status_code == 422
    stranger = Trainer(system="other")
    for call in ("destroyed", "remediations"):
        body = {} if call == "destroyed" else {"release": release, "state": "excluded_future"}
        assert stranger.post(f"models/{model['id']}/{call}", body).status_code == 404
    assert stranger.get(f"models/{model['id']}").status_code == 404
    assert remedy(trainer, model, release=release, state="excluded_future").status_code == 201
    assert Entry.objects.filter(kind="consent:remediation:recorded").count() == 1


def test_d3_a_personal_model_is_a_registered_artifact_of_that_category(trainer: Trainer) -> None:
    thing("ana", "model-1", category="personal_model", purpose=PERSONAL)
    thing("ana", "photo-1", category="original_upload")
    body = {"name": "lora", "version": "1", "kind": "personal", "snapshots": [], "trained_at": clock.now()}
    assert trainer.post("models", body).status_code == 404
    assert trainer.post("models", {**body, "artifact": "photo-1"}).status_code == 422
    assert trainer.post("models", {**body, "artifact": "nothing"}).status_code == 404
    assert trainer.post("models", {**body, "kind": "shared", "artifact": "model-1"}).status_code == 422
    made = trainer.post("models", {**body, "artifact": "model-1"})
    assert made.status_code == 201, made.content
    assert trainer.post("models", {**body, "version": "2", "artifact": "model-1"}).status_code == 409
    assert trainer.post(f"models/{made.json()['id']}/destroyed", {}).status_code == 409, "it is still there"
    answer = told(trainer, "ana")
    assert (answer["answer"], [m["kind"] for m in answer["models"]]) == ("trained", ["personal"])
    assert answer["words"].endswith("Models that also serve other people: 0. Models of this person alone: 1.")


def test_d11_training_for_one_and_for_many_never_mix(trainer: Trainer) -> None:
    for purpose in (SHARED, PERSONAL, "quality"):
        allowed("ana", purpose)
    allowed("ben", PERSONAL)
    thing("ana", "ana-1")
    thing("ben", "ben-1")
    thing("ana", "model-1", category="personal_model", purpose=PERSONAL)
    shared = trainer.snapshot(trainer.dataset(SHARED), ["ana-1"]).id
    personal = trainer.snapshot(trainer.dataset(PERSONAL), ["ana-1"]).id
    crowd = trainer.snapshot(trainer.dataset(PERSONAL), ["ana-1", "ben-1"]).id
    quality = trainer.snapshot(trainer.dataset("quality"), ["ana-1"]).id
    body = {"name": "m", "version": "1", "trained_at": clock.now()}
    for wrong in (personal, quality, crowd):
        assert trainer.post("models", {**body, "kind": "shared", "snapshots": [wrong]}).status_code == 422
    for wrong in (shared, quality, crowd):
        assert trainer.post("models", {**body, "kind": "personal", "artifact": "model-1", "snapshots": [wrong]}).status_code == 422
    assert not ModelVersion.objects.exists()
    assert trainer.post("models", {**body, "kind": "personal", "artifact": "model-1", "snapshots": [personal]}).status_code == 201
    answer = trainer.post("models", {**body, "version": "2", "kind": "shared", "snapshots": [shared]})
    assert answer.status_code == 201
    both = {**body, "version": "3", "kind": "both", "snapshots": [shared]}
    assert trainer.post("models", both).status_code == 422
    replaced = {**body, "version": "4", "kind": "personal", "artifact": "model-1", "snapshots": [], "replaces": answer.json()["id"]}
    assert trainer.post("models", replaced).status_code in {409, 422}


def test_a_lineage_that_cannot_be_is_refused(trainer: Trainer) -> None:
    model = trained(trainer, "ana")
    [snapshot] = model["snapshots"]
    body = {"name": "m", "version": "1", "kind": "shared", "snapshots": [snapshot], "trained_at": clock.now()}
    for at in (clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)):
        assert trainer.post("models", {**body, "trained_at": at}).status_code == 422
    assert trainer.post("models", {**body, "snapshots": []}).status_code == 422
    assert Trainer(system="other").post("models", body).status_code == 404
    assert trainer.post("models", {**body, "trained_at": "2026-11-20T10:00:00"}).status_code == 422
    assert trainer.post("models", body).status_code == 201
    assert trainer.post("models", body).status_code == 409
    assert ModelVersion.objects.filter(name="m").count() == 1


def test_d5_a_training_copy_or_a_personal_model_under_a_profile_that_keeps_neither_is_a_violation(trainer: Trainer) -> None:
    from tests import factories

    factories.system("https://scan.example.com")
    promise(shared_model="forbidden", personal_model="forbidden")
    document_free = [Item(f"x-{c}", c, "s", clock.now() - timedelta(minutes=1), True) for c in ("training_copy", "personal_model")]
    allowed("ana", "face_scan")
    rows = register_all(subject=person("ana"), system=factories.SYSTEM, purpose=SHARED, items=document_free, actor=SERVICE, at=clock.now())
    assert {row.status for row in rows} == {"quarantined"}
    assert set(Violation.objects.values_list("external_id", flat=True)) == {"x-training_copy", "x-personal_model"}
    assert Entry.objects.filter(kind__startswith="artifacts:violation:").count() == Violation.objects.count()


def test_d12_only_to_deliver_or_also_to_train_with_dates_and_datasets(trainer: Trainer) -> None:
    allowed("cy", "face_scan")
    assert told(trainer, "cy")["words"].startswith("Only to deliver.")
    assert (told(trainer, "cy")["answer"], told(trainer, "cy")["opt_ins"]) == ("never", [])
    release = allowed("dan")
    assert told(trainer, "dan")["answer"] == "allowed"
    thing("dan", "dan-1")
    copied = told(trainer, "dan")
    assert (copied["answer"], [one["category"] for one in copied["kept"]]) == ("copied", ["training_copy"])
    assert grade(" ".join([copied["words"], copied["kept"][0]["words"]])) <= 8
    dataset = trainer.dataset(name="heads")
    taken = trainer.snapshot(dataset, ["dan-1"])
    answer = told(trainer, "dan")
    assert (answer["answer"], answer["models"]) == ("chosen", [])
    assert answer["datasets"] == [
        {
            "dataset": "heads",
            "purpose": SHARED,
            "system": trainer.system,
            "snapshot": taken.id,
            "at": taken.head["at"],
            "release": str(release.pk),
            "artifacts": 1,
        }
    ]
    model = trainer.model(taken.id, name="faces")
    answer = told(trainer, "dan")
    assert (answer["answer"], answer["opt_ins"][0]["used_in"]) == ("trained", [f"faces {model['version']}"])
    assert report_section(person("dan").pk, clock.now()) == answer
    assert grade(" ".join([answer["words"], answer["opt_ins"][0]["words"]])) <= 8
    assert trainer.post("subjects/training", {"subject": "nobody"}).status_code == 404


WORD = re.compile(r"un-?learn", re.IGNORECASE)
GOOD = re.compile(r"approximate[ _]unlearning", re.IGNORECASE)


def bare(text: str) -> bool:
    """Whether the word stands anywhere without "approximate" before it."""
    return len(WORD.findall(text)) != len(GOOD.findall(text))


def test_d7_the_word_alone_is_printed_nowhere() -> None:
    assert bare("Your face was unlearned.")
    assert bare("approximate unlearning, then unlearned")
    assert not bare("Approximate unlearning by a, measured by b, attested by c.")
    endings = (".html", ".txt", ".po", ".csv", ".yaml", ".json", ".js")
    texts = [path for ending in endings for path in files("templates", "locale", *PRODUCT, ending=ending)]
    assert len(texts) > 40
    assert [p.name for p in texts if bare(p.read_text(errors="replace"))] == []
    assert [m.name for m in modules(*PRODUCT) if bare(m.text)] == []
