"""The consent check: a closed list of reasons, one query, and no allow unless everything is in order."""

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import structlog
from django.db import OperationalError
from django.test import Client
from structlog.testing import CapturingLogger

from compliance.access.actions import create_client, issue_key
from compliance.access.models import ApiKey
from compliance.artifacts.models import Violation
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.logs import PROCESSORS
from compliance.core.taxonomy import Purpose
from compliance.delivery.models import Promise
from compliance.erasure.actions import order
from compliance.subjects.actions import know
from consent.actions import end_for_erasure, withdraw
from consent.api import evaluation
from consent.models import Release
from consent.queries import standing, wire
from consent.rules.decisions import Reason
from tests.apps.consent.consent_cast import OFFICER, SYSTEM, World, question, signed, subject_id

pytestmark = pytest.mark.django_db


def test_c2_an_active_release_allows_and_says_what_it_rests_on(world: World) -> None:
    release = signed("ana")
    answer = world.ask("ana", context={"system": SYSTEM, "recipient": "gpu-host", "else": [1]})
    assert answer["context"].pop("decision_token").count(".") == 2
    assert answer == {
        "decision": True,
        "context": {
            "reason": "active",
            "release_id": str(release.pk),
            "notice_version": "1",
            "expires_at": clock.to_text(release.expires_at),
            "obligations": [{"id": "no_training"}],
        },
    }


def test_c2_every_reason_that_the_database_can_give(world: World) -> None:
    at = clock.now()
    know(reference="dan", actor=OFFICER, at=at)
    ana = signed("ana")
    assert world.reason("dan") == "no_release"
    assert world.reason("nobody") == "unknown_subject"
    assert world.reason("ana", "match") == "purpose_not_granted"
    # Nobody said where she lives: Texas is served, and knows no consent to a disclosure.
    assert world.reason("ana", "disclose:gpu-host") == "jurisdiction_blocked"
    assert world.reason("ana", "sale") == world.reason("ana", "fraud") == "not_consentable"
    assert world.reason("ana", "face_scan ") == world.reason("ana", "improve_services") == "unknown_purpose"
    assert world.reason("ana", recipient="ad-network") == "recipient_not_named"
    assert world.reason("ana", recipient="gpu-host") == "active"
    Release.objects.filter(pk=ana.pk).update(signed_at=at - timedelta(days=9), shown_at=at - timedelta(days=9), expires_at=at)
    assert world.reason("ana") == "expired"
    again = signed("ana")
    assert world.reason("ana") == "active"
    withdraw(subject_id=again.subject_id, purpose="face_scan", actor=OFFICER, at=clock.now(), how="test")
    assert world.reason("ana") == "withdrawn"
    assert world.reason("ana", "train_shared_model") == "no_release"


def test_d1_training_is_denied_in_silence_and_an_allowance_lifts_only_its_obligation(world: World) -> None:
    signed("ana")
    assert world.reason("ana", "train_shared_model") == "purpose_not_granted"
    training = signed("ana", Purpose.TRAIN_SHARED_MODEL)
    assert world.ask("ana")["context"]["obligations"] == []
    assert world.reason("ana", "train_personal_model") == "purpose_not_granted"
    withdraw(subject_id=training.subject_id, purpose="train_shared_model", actor=OFFICER, at=clock.now(), how="test")
    assert world.ask("ana")["context"]["obligations"] == [{"id": "no_training"}]
    assert world.reason("ana") == "active"


def test_a_training_release_lifts_nothing_while_everything_is_being_deleted(world: World) -> None:
    signed("ana")
    signed("ana", Purpose.TRAIN_SHARED_MODEL)
    assert world.ask("ana")["context"]["obligations"] == []
    order(subject_id=subject_id("ana"), reason="request", rule="r", origin="o", decided_by="o", actor=OFFICER, at=clock.now())
    assert world.reason("ana") == world.reason("ana", "train_shared_model") == "erasure_pending"
    assert world.ask("ana")["context"]["obligations"] == [{"id": "no_training"}]


def test_an_order_over_everything_denies_at_once_and_one_over_some_artifacts_does_not(world: World) -> None:
    signed("ana")
    erase = order(
        subject_id=subject_id("ana"), reason="request", rule="r", origin="o", decided_by="o", actor=OFFICER, at=clock.now(), artifacts=None
    )
    assert erase is not None
    assert world.reason("ana") == "erasure_pending"
    erase.everything = False
    erase.save()
    assert world.reason("ana") == "active"
    assert end_for_erasure(subject_id=subject_id("ana"), order_id=erase.pk, actor=OFFICER, at=clock.now()) == 1
    assert world.reason("ana") == "withdrawn"
    assert end_for_erasure(subject_id=subject_id("ana"), order_id=erase.pk, actor=OFFICER, at=clock.now()) == 0


def listen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said to the database from now on."""
    said: list[str] = []
    execute = psycopg.Cursor.execute

    def listening(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        said.append(str(query))
        return execute(cursor, query, *args, **options)

    fetch = wire._fetch

    def listening_wire(sql: str, values: Any) -> Any:
        said.append(sql)
        return fetch(sql, values)

    monkeypatch.setattr(psycopg.Cursor, "execute", listening)
    monkeypatch.setattr(wire, "_fetch", listening_wire)
    return said


def test_a_check_is_one_query_with_the_key_in_it_and_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    signed("ana")
    assert world.reason("ana") == "active"  # the key's last use is now noted for this minute
    said = listen(monkeypatch)
    assert world.reason("ana") == "active"
    assert [("access_apikey" in query, "consent_release" in query) for query in said] == [(True, True)]
    assert not any(word in query for query in said for word in ("INSERT", "UPDATE", "DELETE"))
    said.clear()
    standing(reference="ana", purpose="face_scan")
    assert len(said) == 1


def test_the_last_use_of_a_key_is_noted_once_a_minute(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = world.key("check")
    assert ApiKey.objects.get(prefix=key.split("_")[1]).last_used_at is None
    said = listen(monkeypatch)
    for _ in range(3):
        world.reason("nobody")
    assert ["UPDATE" in query for query in said] == [False, True, False, False]
    assert ApiKey.objects.get(prefix=key.split("_")[1]).last_used_at is not None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        '"x"',
        "NaN",
        '{"subject": {"type": "data_subject", "id": NaN}}',
        "[" * 5000,
        '{"a":' * 500 + "1" + "}" * 500,
        b"\xff\xfe",
        '{"subject": 1, "subject": 2}',
        json.dumps(question("a\x00b")),
        '{"subject":{"type":"data_subject","id":"\\ud800"},"action":{"name":"face_scan"},"resource":{"type":"s","id":"1"}}',
        json.dumps(question("ana", 123)),
        json.dumps(question("ana", "")),
        json.dumps(question("ana", None)),
        json.dumps(question("ana", ["face_scan"])),
        json.dumps(question("")),
        json.dumps(question("ana", context=[])),
        json.dumps(question("ana", context={"recipient": 1})),
        json.dumps(question("ana", context={"system": {}})),
        *(json.dumps({k: v for k, v in question("ana").items() if k != part}) for part in ("subject", "action", "resource")),
        json.dumps(question("ana") | {"subject": {"id": "ana"}}),
        json.dumps(question("ana") | {"subject": {"type": 1, "id": "ana"}}),
        json.dumps(question("ana") | {"subject": {"type": "data_subject", "id": True}}),
        json.dumps(question("ana") | {"resource": {"type": "scan_session"}}),
        json.dumps(question("ana") | {"resource": {"id": "1"}}),
        json.dumps(question("ana") | {"resource": "scan_session"}),
    ],
)
def test_malformed_questions_are_400_and_never_an_allow(world: World, body: Any) -> None:
    response = world.post_check(body)
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert "decision" not in response.json()


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data; boundary=x", ""]
)
def test_a_wrong_content_type_is_400_not_415(world: World, content_type: str) -> None:
    assert world.post_check(question("ana"), content_type=content_type).status_code == 400


def test_the_request_id_comes_back_and_a_charset_is_fine(world: World) -> None:
    signed("ana")
    response = world.post_check(
        question("ana") | {"options": {"x": 1}, "extra": None},
        content_type="application/json; charset=utf-8",
        headers={"X-Request-ID": "req-1"},
    )
    assert (response.status_code, response["X-Request-ID"], response.json()["decision"]) == (200, "req-1", True)


def test_odd_references_are_unknown_not_errors(world: World) -> None:
    for reference in ("x" * 201, "x" * 200, "' OR 1=1 --", "\u202eana", "ana\n", "😀", "%s", "ANA"):
        assert world.reason(reference) == "unknown_subject"
    other = question("ana") | {"subject": {"type": "user", "id": "ana"}}
    signed("ana")
    assert world.post_check(other).json()["context"]["reason"] == "unknown_subject"


@pytest.mark.parametrize(
    "body",
    [question("ana") | {"photo": "data:image/png;base64,iVBORw0KGgo="}, question("ana") | {"vector": [0.1] * 128}, [0.1] * 128],
    ids=["picture", "vector", "bare vector"],
)
def test_a_picture_or_a_vector_in_a_question_is_422_and_a_violation_of_the_system_that_sent_it(world: World, body: Any) -> None:
    stranger = world.post_check(body, headers={"Authorization": "Bearer efk_x_y"})
    assert (stranger.status_code, Violation.objects.count()) == (401, 0)
    response = world.post_check(body)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:efface:problem:face-data-refused"
    found = Violation.objects.get()
    assert (found.kind, found.system, found.resolved_at) == ("face_data_sent", SYSTEM, None)
    assert Entry.objects.filter(kind="artifacts:violation:face_data_sent", object_id=str(found.pk)).count() == 1


def test_a_violation_that_cannot_be_noted_is_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("compliance.artifacts.actions.face_data_sent", broken)
    assert world.post_check(question("ana") | {"vector": [0.1] * 128}).status_code == 503


def test_keys_decide_who_may_ask(world: World) -> None:
    signed("ana")
    wrong_scope = world.post_check(question("ana"), headers={"Authorization": f"Bearer {world.key('consent:write')}"})
    assert wrong_scope.status_code == 403
    for header in ("", "Bearer", "Bearer efk_x_y", "Basic eA==", "Bearer efk_" + "0" * 12 + "_\u00e9", "bearer " + world.key("check")):
        response = world.post_check(question("ana"), headers={"Authorization": header})
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    other = create_client(name="other", system="scan-other", actor=OFFICER, at=clock.now())
    key = issue_key(client=other, scopes=["check"], actor=OFFICER, at=clock.now()).text
    asked = world.post_check(question("ana", context={"system": SYSTEM}), headers={"Authorization": f"Bearer {key}"})
    assert asked.status_code == 403
    assert "decision" not in asked.json()


def test_only_post_is_answered_and_the_metadata_names_the_address(world: World) -> None:
    for method in ("get", "put", "delete", "patch", "head", "options"):
        assert getattr(Client(), method)("/access/v1/evaluation").status_code == 405
    answer = Client().get("/.well-known/authzen-configuration")
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["access_evaluation_endpoint"] == answer.json()["policy_decision_point"] + "/access/v1/evaluation"


def test_denials_are_logged_and_counted_without_a_word_about_the_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = CapturingLogger()
    monkeypatch.setattr(evaluation, "log", structlog.wrap_logger(lines, processors=PROCESSORS))
    before, promises = evaluation.ANSWERS[Reason.UNKNOWN_SUBJECT], Promise.objects.count()
    world.reason("usr_secret_reference")
    assert evaluation.ANSWERS[Reason.UNKNOWN_SUBJECT] == before + 1
    out = "".join(call.args[0] for call in lines.calls)
    assert '"kind": "unknown_subject"' in out
    assert '"event": "check_denied"' in out
    assert "usr_secret_reference" not in out
    assert Promise.objects.count() == promises
