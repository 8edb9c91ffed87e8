"""The separate choice: which training a profile offers, what its notice says, and that it is granted and taken back alone."""

from typing import Any

import pytest
from django.conf import settings

from compliance.core.taxonomy import Purpose
from compliance.profiles.actions import read_yaml
from consent.models import Release
from consent.queries import offered
from consent.rules.facts import offered_by
from tests.apps.consent.consent_cast import World, activated, signed, starter
from tests.reading import grade

SHARED, PERSONAL = Purpose.TRAIN_SHARED_MODEL, Purpose.TRAIN_PERSONAL_MODEL
COPY = {"purposes": ["train_shared_model"], "until": ["consent_withdrawn + PT0S", "uploaded + P365D"]}


def changed(*, shared: str, personal: str, model_for: list[str] | None) -> dict[str, Any]:
    """The thirty-days profile with other words on training; `model_for` None keeps no model of one person at all."""
    document = starter("thirty-days")
    document["training"] |= {"shared_model": shared, "personal_model": personal}
    model = document["artifacts"].pop("personal_model")
    if model_for is not None:
        document["artifacts"]["personal_model"] = model | {"purposes": model_for}
    return document


def bodies(document: dict[str, Any]) -> dict[str, str]:
    """The English texts that a profile calls for, by purpose."""
    return {notice.purpose: notice.body for notice in activated(document)}


def personal_only() -> dict[str, Any]:
    return changed(shared="forbidden", personal="opt_in", model_for=["train_personal_model"])


@pytest.mark.parametrize(
    ("shared", "personal", "model_for", "choices"),
    [
        ("opt_in", "opt_in", ["face_scan"], {SHARED}),
        ("opt_in", "opt_in", ["train_personal_model"], {SHARED, PERSONAL}),
        ("opt_in", "forbidden", None, {SHARED}),
        ("forbidden", "opt_in", ["train_personal_model"], {PERSONAL}),
        ("forbidden", "opt_in", None, {PERSONAL}),
        ("forbidden", "opt_in", ["face_scan", "regenerate"], set()),
        ("forbidden", "opt_in", ["train_personal_model", "face_scan"], set()),
        ("forbidden", "forbidden", ["face_scan"], set()),
        ("forbidden", "forbidden", None, set()),
    ],
)
def test_d1_a_profile_offers_the_trainings_it_opts_in_to_each_apart(
    shared: str, personal: str, model_for: list[str] | None, choices: set[Purpose]
) -> None:
    offers = offered_by(changed(shared=shared, personal=personal, model_for=model_for))
    assert {SHARED, PERSONAL}.intersection(offers) == choices


@pytest.mark.django_db
def test_silence_is_no() -> None:
    assert offered_by({"training": {}, "artifacts": {}}) == ()
    assert offered() == ()


@pytest.mark.django_db
def test_the_demo_offers_a_shared_model_because_it_builds_the_personal_one_for_the_scan_itself() -> None:
    scan, again, training = activated(read_yaml(settings.BASE_DIR / "examples" / "scan_backend" / "profile.yaml"))
    assert (scan.purpose, again.purpose, training.purpose) == ("face_scan", "regenerate", "train_shared_model")
    assert "a model of your face may be built, for you alone. This release allows no other training." in scan.body
    assert "A copy kept to train models" not in scan.body
    assert max(grade(scan.body), grade(training.body)) <= 8
    assert "• A copy kept to train models: as soon as you take this release back; or 365 days after the upload." in training.body


def test_d1_the_notice_of_a_shared_model_says_that_it_is_voluntary_and_what_taking_it_back_does(world: World) -> None:
    document = starter("thirty-days")
    document["artifacts"]["training_copy"] = COPY
    text = bodies(document)[SHARED]
    assert "We use it to help train a model that also serves other people. We use it for nothing else." in text
    assert "This is voluntary. It is never needed for the service: leave it empty, and your scan works the same." in text
    assert "you can take it back at any time" in text
    assert "from then on nothing of yours is used to train, and what was stored for this training is destroyed." in text
    assert "A model that was trained before that may still hold some of what it learned." in text
    assert "for you alone, so that" not in text


def test_a_training_that_stores_nothing_of_its_own_says_so_and_points_to_no_list(world: World) -> None:
    text = bodies(starter("thirty-days"))[SHARED]
    assert "Nothing more is stored for this." in text
    assert "named above" not in text
    assert "•" not in text.split("4. Who receives it")[0]


def test_where_a_model_of_ones_own_is_asked_for_apart_only_its_notice_names_it(world: World) -> None:
    told = bodies(personal_only())
    scan, training = told["face_scan"], told[PERSONAL]
    assert "• A model trained on your face" in training
    assert "for you alone" in training
    assert "This is voluntary. It is never needed for the service" in training
    assert "A model trained on your face" not in scan
    assert "a model of your face may be built" not in scan
    assert "This release does not allow training." in scan
    assert max(grade(scan), grade(training)) <= 8


def test_a_company_whose_scan_is_a_model_of_one_person_names_the_photos_for_it_in_the_scan(world: World) -> None:
    told = bodies(starter("personal-model"))
    assert (SHARED in told, PERSONAL in told) == (True, False)
    assert all(words in told["face_scan"] for words in ("• The photo you uploaded:", "• A model trained on your face:"))


@pytest.mark.parametrize(("purpose", "other"), [(SHARED, PERSONAL), (PERSONAL, SHARED)])
def test_c4_the_page_grants_the_training_it_offers_and_no_other(world: World, purpose: Purpose, other: Purpose) -> None:
    activated(starter("thirty-days") if purpose == SHARED else personal_only())
    path = world.link("ana")
    answers = world.form(path, purpose, name="Ana Example", agree="yes")
    assert world.browser.post(f"{path}/{other}", answers).status_code == 422
    assert world.browser.post(f"{path}/marketing", answers).status_code == 422
    assert world.browser.post(f"{path}/face_scan", answers).status_code == 404
    assert world.browser.post(f"{path}/sale", answers).status_code == 404
    assert not Release.objects.exists()
    assert world.browser.post(f"{path}/{purpose}", answers).status_code == 303
    assert list(Release.objects.values_list("purpose", flat=True)) == [purpose]


def test_ana_holds_both_trainings_and_takes_each_back_alone(world: World) -> None:
    activated(personal_only())
    signed("ana")
    signed("ana", PERSONAL)
    activated(starter("thirty-days"))
    signed("ana", SHARED)
    path = world.link("ana")
    page = world.browser.get(path).content.decode()
    # Nothing that is held is asked for again; what the newer profile asks more for is.
    assert f'action="{path}/{PERSONAL}"' not in page
    assert " checked" not in page
    assert all(f'action="{path}/{purpose}/withdraw"' in page for purpose in (SHARED, PERSONAL))
    assert "Training is off" not in page

    answer = world.browser.post(f"{path}/train_personal_model/withdraw", {}).content.decode()
    assert "You took back: training a model for you alone." in answer
    assert "may still hold" not in answer
    assert states() == {"face_scan": "active", "train_personal_model": "withdrawn", "train_shared_model": "active"}
    assert world.ask("ana")["context"]["obligations"] == []

    answer = world.browser.post(f"{path}/train_shared_model/withdraw", {}).content.decode()
    assert "You took back: training a model that also serves other people." in answer
    assert "may still hold some of what it learned" in answer
    assert states() == {"face_scan": "active", "train_personal_model": "withdrawn", "train_shared_model": "withdrawn"}
    assert world.ask("ana")["context"]["obligations"] == [{"id": "no_training"}]


def test_training_that_is_no_longer_offered_can_still_be_stopped(world: World) -> None:
    path = world.link("ana")
    world.browser.post(f"{path}/train_shared_model", world.form(path, SHARED, name="Ana Example", agree="yes"))
    world.browser.post(f"{path}/decline", {})
    activated(starter("until-you-delete"))
    page = world.browser.get(path).content.decode()
    assert f'action="{path}/train_shared_model/withdraw"' in page
    assert "Training is off" not in page
    assert world.browser.post(f"{path}/train_shared_model/withdraw", {}).status_code == 200
    assert world.reason("ana", "train_shared_model") == "withdrawn"
    assert world.browser.get(path).status_code == 410


def states() -> dict[str, str]:
    return dict(Release.objects.order_by("signed_at").values_list("purpose", "state"))
