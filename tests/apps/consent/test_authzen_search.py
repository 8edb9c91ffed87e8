"""The searches: who allows it, on what, and what is allowed."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.erasure.actions import order
from tests.apps.consent import consent_cast
from tests.apps.consent.check_cast import Door, person, promise, question, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(db: None) -> Door:
    return Door()


PAGES: tuple[Any, ...] = ([], {"limit": 0}, {"limit": "5"}, {"limit": True}, {"token": 5}, {"token": "é"})


def whom(purpose: str = "face_scan", *, of: str = "data_subject", **more: Any) -> dict[str, Any]:
    return {
        "subject": {"type": of, "id": "this is ignored"},
        "action": {"name": purpose},
        "resource": {"type": "scan_session", "id": "scn_1"},
        **more,
    }


def on_what(reference: str, purpose: str = "face_scan", kind: str = "artifact", **more: Any) -> dict[str, Any]:
    return question(reference, purpose) | {"resource": {"type": kind, "id": "ignored"}} | more


def what(reference: str, **more: Any) -> dict[str, Any]:
    return {"subject": {"type": "data_subject", "id": reference}, "resource": {"type": "scan_session", "id": "scn_1"}, **more}


def walk(door: Door, kind: str, body: dict[str, Any], limit: int) -> list[list[str]]:
    """All pages of a search."""
    pages, token = [], ""
    while True:
        names, token = door.search(kind, body | {"page": {"limit": limit, "token": token}})
        assert isinstance(token, str)
        pages.append(names)
        if not token:
            return pages


def test_everybody_who_allows_a_purpose_is_found_page_by_page(door: Door) -> None:
    for number in range(7):
        release(f"ana {number}")
    release("ben", state="withdrawn", ended_at=clock.now())
    release("dan", system="scan-other")
    release("eve", "quality")
    release("kim")
    person("kim", age="minor")
    pages = walk(door, "subject", whom(), 3)
    assert [len(page) <= 3 for page in pages] == [True] * 3
    assert sorted(name for page in pages for name in page) == [f"ana {number}" for number in range(7)]
    assert door.search("subject", whom("quality")) == (["eve"], "")
    assert Door(system="scan-other").search("subject", whom()) == (["dan"], "")


def test_nobody_is_found_for_what_cannot_be_granted_or_is_not_a_person(door: Door) -> None:
    release("ana")
    assert door.search("subject", whom())[0] == ["ana"]
    for body in (whom("sale"), whom("improve_services"), whom("benchmark"), whom(of="user"), whom(context={"recipient": "stranger"})):
        assert door.search("subject", body) == ([], "")


def test_the_purposes_that_a_person_allows(door: Door) -> None:
    release("ana")
    release("ana", "regenerate")
    release("ana", "quality", state="withdrawn", ended_at=clock.now())
    release("ana", "marketing", piece="Poster")
    release("ana", "disclose:partner", recipients=["partner"])
    assert door.search("action", what("ana"))[0] == ["disclose:partner", "face_scan", "regenerate"]
    assert door.search("action", what("ana", action={"name": "ignored"}, context={"piece": "Poster"}))[0][2] == "marketing"
    assert door.search("action", what("ana", context={"recipient": "partner"}))[0] == ["disclose:partner"]
    assert walk(door, "action", what("ana"), 2) == [["disclose:partner", "face_scan"], ["regenerate"]]
    assert door.search("action", what("nobody")) == ([], "")
    order(subject_id=person("ana").pk, reason="request", rule="r", origin="o", decided_by="o", actor=PERSON, at=clock.now())
    assert door.search("action", what("ana")) == ([], "")


def test_what_of_a_person_may_be_used_is_what_is_there_kept_for_it_and_not_being_destroyed(door: Door) -> None:
    promise()
    ana = release("ana").subject_id
    crop, going = consent_cast.artifact(ana), consent_cast.artifact(ana)
    gone, late, copy = consent_cast.artifact(ana), consent_cast.artifact(ana), consent_cast.artifact(ana, category="training_copy")
    Artifact.objects.filter(pk=gone.pk).update(gone_at=clock.now())
    Artifact.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(days=1))
    order(subject_id=ana, reason="violation", rule="r", origin="o", decided_by="o", actor=PERSON, at=clock.now(), artifacts=[going])
    assert door.search("resource", on_what("ana")) == ([crop.external_id], "")
    assert door.search("resource", on_what("ana", kind="face_crop"))[0] == [crop.external_id]
    assert copy.external_id not in door.search("resource", on_what("ana"))[0]
    for body in (on_what("ana", kind="embedding"), on_what("ana", kind="scan_session"), on_what("ana", "quality"), on_what("nobody")):
        assert door.search("resource", body) == ([], "")
    assert Door(system="scan-other").search("resource", on_what("ana")) == ([], "")


def test_artifacts_come_page_by_page(door: Door) -> None:
    promise()
    ana = release("ana").subject_id
    made = sorted(consent_cast.artifact(ana).external_id for _ in range(5))
    assert walk(door, "resource", on_what("ana"), 2) == [made[:2], made[2:4], made[4:]]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("subject", whom() | {"subject": {}}),
        ("subject", whom() | {"action": {"name": 1}}),
        ("subject", whom() | {"resource": {"type": "x"}}),
        ("resource", on_what("ana") | {"resource": {"id": "x"}}),
        ("resource", on_what("ana") | {"subject": {"type": "data_subject"}}),
        ("action", what("ana") | {"resource": None}),
        *(("action", what("ana", page=page)) for page in PAGES),
        ("subject", whom(page={"token": "bm90IGFuIGlk"})),
        ("action", what("ana", context={"recipient": 5})),
    ],
)
def test_a_malformed_search_is_400(door: Door, kind: str, body: dict[str, Any]) -> None:
    assert door.post(f"search/{kind}", body).status_code == 400


def test_a_search_for_another_system_is_refused(door: Door) -> None:
    assert door.post("search/action", what("ana", context={"system": "scan-other"})).status_code == 403
