"""A certification scenario for policy decision points, written from the text of the OpenID AuthZEN Authorization API 1.0."""

import json
from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from compliance.core import clock
from tests.apps.consent.check_cast import Door, person, question, release

pytestmark = pytest.mark.django_db
ENDPOINTS = ("evaluation", "evaluations", "search/subject", "search/resource", "search/action")


NOT_OBJECTS: tuple[Any, ...] = (None, {}, "text", 7, [])
NOT_TEXTS: tuple[Any, ...] = (None, 123, "", ["x"], {})


@pytest.fixture
def door(db: None) -> Door:
    """Ana allows the scan and quality checks, Ben took back, Cy never answered."""
    release("ana")
    release("ana", "quality")
    release("ben", state="withdrawn", ended_at=clock.now())
    person("cy")
    return Door()


def decision(answer: Any) -> bool:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert isinstance(body["decision"], bool)
    return bool(body["decision"])


def test_metadata_names_every_endpoint_and_the_decision_point_that_a_client_asked() -> None:
    answer = Client().get("/.well-known/authzen-configuration")
    assert answer["Content-Type"] == "application/json"
    base = settings.BASE_URL
    assert answer.json() == {
        "policy_decision_point": base,
        "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
        "search_subject_endpoint": f"{base}/access/v1/search/subject",
        "search_resource_endpoint": f"{base}/access/v1/search/resource",
        "search_action_endpoint": f"{base}/access/v1/search/action",
    }


def test_a_permit_and_a_deny_are_both_200(door: Door) -> None:
    assert decision(door.post("evaluation", question("ana"))) is True
    assert decision(door.post("evaluation", question("ben"))) is False
    assert decision(door.post("evaluation", question("nobody"))) is False


def test_unknown_fields_and_properties_are_ignored_everywhere(door: Door) -> None:
    body = question("ana") | {"later": {"version": 2}, "options": {"a": [1]}, "evaluations": None}
    for part in ("subject", "action", "resource"):
        body[part] |= {"properties": {"department": "Sales", "n": 1}, "new": None}
    body["context"] = {"time": "2026-10-26T01:22-07:00", "deep": {"er": [True]}}
    assert decision(door.post("evaluation", body)) is True


def test_context_may_be_left_out(door: Door) -> None:
    body = question("ana")
    del body["context"]
    assert decision(door.post("evaluation", body)) is True


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("raw", ["", "{", "[]", "null", '"x"', "7", "{'a': 1}", "\xff"])
def test_an_empty_or_malformed_body_is_400(door: Door, path: str, raw: str) -> None:
    answer = door.post(path, raw.encode("latin-1"))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert "decision" not in answer.json()


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_a_wrong_content_type_is_400(door: Door, path: str, kind: str) -> None:
    headers = {"Authorization": f"Bearer {door.key}"}
    answer = Client().post(f"/access/v1/{path}", json.dumps(question("ana")), content_type=kind, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_request_id_is_echoed_also_when_the_answer_is_an_error(door: Door, path: str) -> None:
    assert door.post(path, question("ana"), X_Request_ID="req-42")["X-Request-ID"] == "req-42"
    assert door.post(path, "{", X_Request_ID="req-43")["X-Request-ID"] == "req-43"
    assert Client().post(f"/access/v1/{path}", headers={"X-Request-ID": "req-44"})["X-Request-ID"] == "req-44"
    assert len(door.post(path, question("ana"))["X-Request-ID"]) >= 16


@pytest.mark.parametrize("path", ENDPOINTS)
def test_without_authentication_it_is_401_and_says_how(path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Bearer efk_0000_x"}):
        answer = Client().post(f"/access/v1/{path}", json.dumps(question("ana")), content_type="application/json", headers=headers)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert "decision" not in answer.json()


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (part, value)
        for part, field in (("subject", "type"), ("subject", "id"), ("action", "name"), ("resource", "type"), ("resource", "id"))
        for value in (*NOT_OBJECTS, *({field: wrong} for wrong in NOT_TEXTS))
    ],
)
def test_a_part_that_is_missing_or_of_the_wrong_type_is_400(door: Door, part: str, value: Any) -> None:
    body = question("ana")
    body[part] = {**body[part], **value} if isinstance(value, dict) and value else value
    answer = door.post("evaluation", body)
    assert answer.status_code == 400
    assert any(error["pointer"].startswith(f"/{part}/") for error in answer.json()["errors"])


# Evaluations


def test_a_batch_answers_each_in_order_with_the_top_level_as_defaults(door: Door) -> None:
    body = question("ana") | {
        "evaluations": [
            {},
            {"subject": {"type": "data_subject", "id": "ben"}},
            {"action": {"name": "quality"}},
            {"action": {"name": "benchmark"}, "resource": {"type": "other", "id": "2"}},
            {"context": {"recipient": "stranger"}},
        ]
    }
    answers = door.many(body)
    assert [each["decision"] for each in answers] == [True, False, True, False, False]
    reasons = ["active", "withdrawn", "active", "purpose_not_granted", "recipient_not_named"]
    assert [each["context"]["reason"] for each in answers] == reasons


def test_a_batch_needs_no_defaults(door: Door) -> None:
    assert [each["decision"] for each in door.many({"evaluations": [question("ana"), question("cy")]})] == [True, False]


@pytest.mark.parametrize("listed", [[], None])
def test_without_a_list_a_batch_is_one_evaluation(door: Door, listed: Any) -> None:
    body = question("ana") | ({} if listed is None else {"evaluations": listed})
    assert decision(door.post("evaluations", body)) is True


@pytest.mark.parametrize(
    ("semantic", "expected"),
    [
        (None, [True, False, True, False]),
        ("execute_all", [True, False, True, False]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_the_semantics_of_a_batch(door: Door, semantic: str | None, expected: list[bool]) -> None:
    people = [{"subject": {"type": "data_subject", "id": name}} for name in ("ana", "ben", "ana", "cy")]
    options = {} if semantic is None else {"options": {"evaluations_semantic": semantic, "another": 1}}
    assert [each["decision"] for each in door.many(question("ana") | options | {"evaluations": people})] == expected


def test_permit_on_first_permit_goes_on_after_a_denial_and_an_item_that_is_wrong_denies(door: Door) -> None:
    people: list[Any] = [{"subject": {"type": "data_subject", "id": "ben"}}, {"action": {"name": 7}}, {}, {}]
    options = {"options": {"evaluations_semantic": "permit_on_first_permit"}}
    assert [each["decision"] for each in door.many(question("ana") | options | {"evaluations": people})] == [False, False, True]
    options = {"options": {"evaluations_semantic": "deny_on_first_deny"}}
    assert [each["decision"] for each in door.many(question("ana") | options | {"evaluations": people[1:]})] == [False]


def test_a_bad_item_is_a_denial_inside_a_200_and_the_others_are_answered(door: Door) -> None:
    items: list[Any] = [
        {},
        7,
        {"action": {"name": 123}},
        {"resource": {"type": "x"}},
        {"context": []},
        {"context": {"system": "other"}},
        {},
    ]
    answers = door.many(question("ana") | {"evaluations": items})
    assert [each["decision"] for each in answers] == [True, False, False, False, False, False, True]
    assert all(each["context"]["reason"] == "internal_error" for each in answers[1:6])
    assert [each["context"]["error"]["status"] for each in answers[1:6]] == [400, 400, 400, 400, 403]
    assert answers[2]["context"]["error"]["errors"][0]["pointer"] == "/action/name"


def test_a_batch_has_a_thousand_items_at_most_and_a_semantic_that_we_know(door: Door) -> None:
    assert len(door.many(question("ana") | {"evaluations": [{}] * 1_000})) == 1_000
    assert door.post("evaluations", question("ana") | {"evaluations": [{}] * 1_001}).status_code == 400
    mistakes: list[dict[str, Any]] = [{"evaluations": {}}, {"evaluations": "x"}, {"evaluations": [{}], "options": []}]
    for wrong in mistakes:
        assert door.post("evaluations", question("ana") | wrong).status_code == 400
    body = question("ana") | {"evaluations": [{}], "options": {"evaluations_semantic": "perhaps"}}
    assert door.post("evaluations", body).status_code == 400


def test_a_batch_of_nothing_but_bad_items_still_asks_who_calls(door: Door) -> None:
    body = {"evaluations": [7]}
    assert [each["decision"] for each in door.many(body)] == [False]
    stranger = Client().post(
        "/access/v1/evaluations", json.dumps(body), content_type="application/json", headers={"Authorization": "Bearer efk_00_x"}
    )
    assert stranger.status_code == 401


def test_tokens_come_with_a_batch_when_they_are_asked_for(door: Door) -> None:
    body = question("ana") | {"evaluations": [{}, {"subject": {"type": "data_subject", "id": "ben"}}]}
    assert ["decision_token" in each["context"] for each in door.many(body)] == [False, False]
    asked = deepcopy(body) | {"options": {"decision_tokens": True}}
    assert ["decision_token" in each["context"] for each in door.many(asked)] == [True, False]
