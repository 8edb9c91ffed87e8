"""Ben takes back what he signed; what was made for it goes, what was not stays."""

import pytest

from compliance.audit.models import Entry
from compliance.core import arrows, clock
from compliance.core.actor import PERSON
from compliance.core.errors import ArrowRefused
from compliance.core.taxonomy import Purpose
from compliance.erasure.models import Outcome
from consent.actions import withdraw
from consent.models import Release
from consent.rules.arrows import ARROWS
from tests.apps.consent.consent_cast import OFFICER, World, artifact, signed, subject_id

pytestmark = pytest.mark.django_db
State = Release.State


def test_c5_taking_back_takes_one_press_where_signing_took_a_name_a_tick_and_a_press(world: World) -> None:
    path = world.link("ben")
    world.sign_on_page(path, "Ben Example")
    page = world.browser.get(path).content.decode()
    form = page.split(f'action="{path}/withdraw"')[1].split("</form>")[0]
    assert "<input" not in form
    assert form.count("<button") == 1
    response = world.browser.post(f"{path}/withdraw", {})
    assert response.status_code == 200
    assert b"Taken back" in response.content
    assert world.reason("ben") == "withdrawn"
    # Pressing again says the same; the address opens nothing any more.
    assert b"Taken back" in world.browser.post(f"{path}/withdraw", {}).content
    assert world.browser.get(path).status_code == 410
    assert Release.objects.get().ended_at is not None


def test_a_second_withdrawal_changes_nothing(world: World) -> None:
    release = signed("ben")
    artifact(release.subject_id)
    first, second = (
        withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test") for _ in range(2)
    )
    assert (first.withdrawn, second.withdrawn) == (1, 0)
    kinds = list(Entry.objects.filter(object_id=str(release.pk)).order_by("id").values_list("kind", flat=True))
    assert kinds == ["consent:release:signed", "consent:release:withdrawn"]
    assert Entry.objects.filter(kind__startswith="erasure:order:").count() == 1


def test_training_is_taken_back_alone(world: World) -> None:
    path = world.link("ben")
    world.sign_on_page(path)
    world.browser.post(f"{path}/train_shared_model", world.form(path, "train_shared_model", name="Ben Example", agree="yes"))
    assert world.reason("ben", "train_shared_model") == "active"
    scan, copy = artifact(subject_id("ben")), artifact(subject_id("ben"), "train_shared_model")
    response = world.browser.post(f"{path}/train_shared_model/withdraw", {})
    assert b"You took back: training a model that also serves other people." in response.content
    assert b"may still hold some of what it learned" in response.content
    assert (world.reason("ben", "train_shared_model"), world.reason("ben")) == ("withdrawn", "active")
    assert list(Outcome.objects.values_list("artifact_id", flat=True)) == [copy.pk]
    assert scan.pk != copy.pk


def test_a_stranger_without_a_release_cannot_use_a_dead_link_to_withdraw(world: World) -> None:
    assert world.browser.post("/sign/" + "x" * 43 + "/withdraw", {}).status_code == 410
    path = world.link("ben")
    # Opening an address takes nothing back: only a press does.
    assert world.browser.get(f"{path}/withdraw").status_code in {302, 405}


def test_the_api_takes_back_and_says_the_same_of_people_it_does_not_know(world: World) -> None:
    signed("ben")
    assert world.reason("ben") == "active"
    known = world.write("/api/v1/withdrawals", {"subject": "ben", "purpose": "face_scan"})
    unknown = world.write("/api/v1/withdrawals", {"subject": "nobody", "purpose": "face_scan"})
    assert (known.status_code, known.json()["withdrawn"], unknown.status_code, unknown.json()["withdrawn"]) == (200, 1, 200, 0)
    assert set(known.json()) == set(unknown.json()) == {"withdrawn", "effective_at", "consistency_token"}
    assert world.reason("ben") == "withdrawn"
    # Remembered, for a release that was signed before and arrives later.
    assert world.reason("nobody") == "no_release"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": "ben"},
        {"subject": "ben", "purpose": "sale"},
        {"subject": "ben", "purpose": 1},
        {"subject": "", "purpose": "face_scan"},
        {"subject": 1, "purpose": "face_scan"},
        {"subject": "ben", "purpose": "face_scan", "why": "x"},
        {"subject": "b" * 201, "purpose": "face_scan"},
        {"subject": "ben", "purpose": ["face_scan"]},
    ],
)
def test_the_api_refuses_bad_withdrawals_field_by_field(world: World, body: object) -> None:
    response = world.write("/api/v1/withdrawals", body)
    assert response.status_code == 422
    assert response.json()["errors"]


def test_a_link_comes_from_the_api_and_a_repeated_call_gets_the_same_one(world: World) -> None:
    response = world.write("/api/v1/release-links", {"subject": "ana", "purpose": "face_scan", "email": "ana@example.test"})
    assert response.status_code == 201
    assert set(response.json()) == {"url", "expires_at"}
    path = "/" + response.json()["url"].split("/", 3)[3]
    assert world.browser.get(path).status_code == 200
    assert subject_id("ana")


@pytest.mark.parametrize(
    "body",
    [
        {"subject": "ana", "purpose": "train_personal_model"},
        {"subject": "ana", "purpose": "marketing"},
        {"subject": "ana", "purpose": "tos_accept"},
        {"subject": "ana", "purpose": "face_scan", "email": "not an address"},
        {"subject": "ana", "purpose": "face_scan", "email": 1},
        {"subject": "ana", "purpose": "face_scan", "email": "ana@example.test\nBcc: x@example.test"},
        {"subject": "ana", "purpose": "face_scan", "email": ["ana@example.test", "x@example.test"]},
        {"subject": "ana", "purpose": ["face_scan", "train_personal_model"]},
    ],
)
def test_c4_and_c7_no_link_for_another_purpose_or_for_two(world: World, body: object) -> None:
    response = world.write("/api/v1/release-links", body)
    assert response.status_code == 422
    assert response.json()["errors"]
    assert world.reason("ana") == "unknown_subject"


def test_every_arrow_of_a_release_is_tried() -> None:
    allowed = {(State.ACTIVE, end) for end in (State.WITHDRAWN, State.EXPIRED, State.STALE, State.SUPERSEDED)}
    for old in State:
        for new in State:
            if (old, new) in allowed:
                arrows.check(ARROWS, old, new)
            else:
                with pytest.raises(ArrowRefused):
                    arrows.check(ARROWS, old, new)


def test_the_officer_is_named_in_the_history_of_an_end(world: World) -> None:
    release = signed("ben", Purpose.FACE_SCAN)
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=OFFICER, at=clock.now(), how="asked by phone")
    newest = Release.history.model.objects.filter(id=release.pk).latest("history_date")
    assert (newest.state, newest.history_change_reason) == ("withdrawn", "asked by phone")
