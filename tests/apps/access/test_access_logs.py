"""Logs are JSON with a request id, and hold no word of a person, whatever goes wrong."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.test import Client

from compliance.core import logs
from consent.api import evaluation
from dsar.pages import ask
from tests.factories import api_key

NAME, MAIL, REFERENCE, TOKEN = "Canary Anatolia", "canary@example.test", "usr_canary_8f2c", "canarytokencanarytoken"
CANARIES = (NAME, MAIL, REFERENCE, TOKEN, "canary", "Anatolia")


def hits(text: str) -> list[str]:
    return [line for line in text.splitlines() if any(canary.lower() in line.lower() for canary in CANARIES)]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Everything that this process wrote to its standard output and error since the test began."""
    parts: list[str] = []

    def read() -> str:
        parts.extend(capfd.readouterr())
        return "".join(parts)

    return read


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def emit(message: object, *args: object, error: BaseException | None = None) -> None:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("some.library", logging.ERROR, "x.py", 1, message, args, info)
    logs.JsonHandler().emit(record)


def test_a_library_s_message_keeps_its_template_and_loses_its_arguments(said: Callable[[], str]) -> None:
    emit("could not deliver to %s", MAIL)
    line = json.loads(said())
    assert (line["message"], line["logger"], line["level"]) == ("could not deliver to %s", "some.library", "error")
    assert "timestamp" in line
    assert hits(said()) == []


def test_a_message_put_together_before_is_not_written_at_all(said: Callable[[], str]) -> None:
    emit(f"could not deliver to {MAIL}")
    assert json.loads(said())["logger"] == "some.library"
    assert hits(said()) == []


def test_an_error_is_its_class_and_its_way_through_the_code(said: Callable[[], str]) -> None:
    def deliver(to: str) -> None:
        raise ValueError(f"no such mailbox: {to}")

    try:
        deliver(MAIL)
    except ValueError as error:
        emit("failed", error=error)
    line = json.loads(said())
    assert line["error"] == "ValueError"
    assert [step.split(":")[1] for step in line["trace"]] == ["test_an_error_is_its_class_and_its_way_through_the_code", "deliver"]
    assert hits(said()) == []


def test_fields_outside_the_closed_list_are_dropped_and_long_texts_cut(said: Callable[[], str]) -> None:
    structlog.get_logger("x").info("done", email=MAIL, payload={"name": NAME}, system="s" * 500)
    line = json.loads(said())
    assert set(line) - {"request_id"} == {"event", "level", "timestamp", "system"}
    assert len(line["system"]) == logs.MAX_TEXT


@pytest.mark.parametrize(("level", "word"), [(25, "info"), (35, "warning"), (50, "error"), (60, "error")])
def test_levels_that_libraries_make_up_are_written_too(said: Callable[[], str], level: int, word: str) -> None:
    logs.JsonHandler().emit(logging.LogRecord("celery", level, "x.py", 1, "trace %s", ("x",), None))
    assert json.loads(said())["level"] == word


def test_the_service_sends_every_library_to_this_handler() -> None:
    assert logs.logging_config(settings.VALUES["EFFACE_LOG_LEVEL"]) == settings.LOGGING
    assert settings.LOGGING_CONFIG == "logging.config.dictConfig"


def trouble(client: Client) -> list[int]:
    """Ana's data through every kind of refusal; gives the statuses."""
    bearer = {"Authorization": f"Bearer {api_key()}", "Idempotency-Key": TOKEN}
    wrong = {"Authorization": f"Bearer efk_{TOKEN[:12]}_{TOKEN}"}
    body = {"subject": REFERENCE, "kind": "delete", "email": MAIL}
    question = {"subject": {"type": "data_subject", "id": REFERENCE}, "action": {"name": NAME}, "resource": {"type": "x", "id": TOKEN}}
    as_json: Any = {"content_type": "application/json"}
    answers = [
        client.post("/api/v1/requests", {**body, NAME: MAIL}, headers=bearer, **as_json),
        client.post("/api/v1/requests", {**body, "email": NAME}, headers=bearer, **as_json),
        client.post("/api/v1/requests", body, headers=wrong, **as_json),
        client.post("/api/v1/requests", f'{{"subject": "{REFERENCE}"', headers=bearer, **as_json),
        client.post("/access/v1/evaluation", question, headers=bearer, **as_json),
        client.get(f"/{REFERENCE}?email={MAIL}"),
        client.get(f"/sign/{TOKEN}"),
        client.get(f"/privacy/confirm/{TOKEN}"),
        client.post("/privacy/", {"reference": REFERENCE, "email": NAME}),
        client.post("/admin/login/", {"username": MAIL, "password": TOKEN}),
        client.get("/healthz", headers={"Host": "canary.example.test"}),
        client.get("/healthz", headers={"X-Request-ID": f"{MAIL} "}),
    ]
    return [answer.status_code for answer in answers]


@pytest.mark.django_db
def test_refused_input_leaves_no_trace_of_ana(said: Callable[[], str], client: Client) -> None:
    statuses = trouble(client)
    assert set(statuses) >= {200, 400, 401, 404, 422}
    requests = [line for line in lines(said()) if line["event"] == "request"]
    assert len(requests) == len(statuses)
    assert all(line["request_id"] and line["route"] and line["method"] for line in requests)
    assert hits(said()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["api", "page"])
def test_a_crash_of_our_own_leaves_no_trace_of_ana_and_says_where_it_was(
    said: Callable[[], str], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def crash(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"{NAME} <{MAIL}> {args}")

    client = Client(raise_request_exception=False)
    if place == "api":
        monkeypatch.setattr(evaluation, "_decide", crash)
        question = {
            "subject": {"type": "data_subject", "id": REFERENCE},
            "action": {"name": "face_scan"},
            "resource": {"type": "x", "id": "y"},
        }
        headers = {"Authorization": f"Bearer {api_key()}"}
        answer = client.post("/access/v1/evaluation", question, content_type="application/json", headers=headers)
    else:
        monkeypatch.setattr(ask, "render", crash)
        answer = client.post("/privacy/", {"reference": REFERENCE, "email": NAME})
    assert answer.status_code == 500
    assert hits(answer.content.decode()) == []
    line = next(line for line in lines(said()) if line.get("error"))
    assert line["error"] == "RuntimeError"
    assert any("crash" in step for step in line["trace"])
    assert hits(said()) == []
