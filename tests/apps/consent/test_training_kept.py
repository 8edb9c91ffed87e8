"""D12: what was made to train, and that no dataset and no model names, is in the answer too."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from compliance.core import clock
from consent.queries.training import training_of
from tests import factories
from tests.apps.consent.training_cast import Trainer, allowed, person, promise, taken_back, thing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def training() -> None:
    promise()


def test_d12_a_model_that_was_registered_as_a_thing_only_is_told_as_training() -> None:
    ana = person("ana")
    assert training_of(ana.pk, clock.now()).answer == "never"
    model = thing("ana", "m-1", category="personal_model", purpose="face_scan", store="models")
    thing("ana", "photo", category="original_upload")
    told = training_of(ana.pk, clock.now())
    assert told.answer == "trained"
    assert told.words == "Also to train. Models that also serve other people: 0. Models of this person alone: 1."
    day = model.due_at.date().isoformat()
    assert [one.words for one in told.kept] == [f"A model of your own, kept in models of {model.system}, due to be destroyed on {day}."]
    (said,) = told.as_json()["kept"]
    assert (said["artifact"], said["category"], said["store"]) == (str(model.pk), "personal_model", "models")
    model.gone_at = clock.now()
    model.save()
    assert training_of(ana.pk, clock.now()).answer == "never"


def test_d12_a_copy_to_train_with_is_told_until_a_dataset_names_it() -> None:
    trainer = Trainer()
    allowed("ana")
    copy = thing("ana", "copy-1")
    told = training_of(person("ana").pk, clock.now())
    assert (told.answer, [one.artifact for one in told.kept]) == ("copied", [copy.pk])
    assert told.words == "A copy to train with is kept. No data set and no model that we know of uses it."
    taken = trainer.snapshot(trainer.dataset(), ["copy-1"])
    assert set(taken.members) == {"copy-1"}
    told = training_of(person("ana").pk, clock.now())
    assert (told.answer, told.kept) == ("chosen", ())


def test_d12_a_model_that_is_recorded_is_counted_once() -> None:
    trainer = Trainer()
    allowed("ana", "train_personal_model")
    thing("ana", "copy-1", purpose="train_personal_model", category="metadata", biometric=False)
    made = thing("ana", "m-1", category="personal_model", purpose="train_personal_model")
    taken = trainer.snapshot(trainer.dataset("train_personal_model"), ["copy-1"])
    trainer.model(taken.id, kind="personal", artifact="m-1")
    told = training_of(person("ana").pk, clock.now())
    assert (len(told.models), told.kept) == (1, ())
    assert told.words.endswith("Models of this person alone: 1.")
    assert made.gone_at is None


def test_o15_the_pages_of_a_release_and_of_a_person_lead_to_their_training(client: Client) -> None:
    release = allowed("ana")
    model = thing("ana", "m-1", category="personal_model", due_at=clock.now() + timedelta(days=3))
    client.force_login(factories.officer("olga", "viewer"))
    there = reverse("admin:consent_training_person", args=[release.subject_id])
    for page in (
        reverse("admin:consent_release_change", args=[release.pk]),
        reverse("admin:subjects_subject_change", args=[release.subject_id]),
    ):
        assert f'href="{there}"' in client.get(page).content.decode()
    shown = client.get(there).content.decode()
    assert "A model of your own, kept in datasets" in shown
    assert reverse("admin:artifacts_artifact_change", args=[model.pk]) in shown
    client.force_login(factories.officer("otto", "operator"))
    assert client.get(there).status_code == 403


def test_d12_what_was_taken_back_is_told_as_such_beside_what_is_still_there() -> None:
    allowed("ana")
    thing("ana", "copy-1")
    taken_back("ana")
    told = training_of(person("ana").pk, clock.now())
    assert (told.answer, told.optins[0].state) == ("copied", "withdrawn")
