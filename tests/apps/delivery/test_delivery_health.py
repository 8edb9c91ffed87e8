"""`/healthz` and `/readyz`: which part is not well, and not a word more."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from compliance.delivery.actions import sign
from compliance.delivery.models import Sign

SIGNS = ("beat", "worker")


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def age(name: str, seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_sign SET at = clock_timestamp() - make_interval(secs => %s) WHERE name = %s", [seconds, name])


@pytest.fixture
def alive(db: None, settings: Any, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path)}
    for name in SIGNS:
        sign(name)


def test_the_process_answers_without_asking_the_database(client: Client) -> None:
    """No database is allowed in this test: a query would be an error."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.usefixtures("alive")
def test_all_is_well(client: Client) -> None:
    status, body = ready(client)
    assert status == 200
    assert body["ready"] is True
    assert {name: part["state"] for name, part in body["parts"].items()} == {
        "database": "answers",
        "broker": "answers",
        "beat": "alive",
        "worker": "alive",
    }


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize("name", SIGNS)
def test_half_a_minute_of_silence_is_a_fault_of_that_part_alone(client: Client, name: str) -> None:
    age(name, 28)
    assert ready(client)[0] == 200
    age(name, 31)
    status, body = ready(client)
    assert status == 503
    assert [part for part, state in body["parts"].items() if not state["ok"]] == [name]
    assert body["parts"][name]["state"] == "silent"
    assert 31 <= body["parts"][name]["age_seconds"] < 40


@pytest.mark.usefixtures("alive")
def test_a_worker_that_never_was_is_said_so(client: Client) -> None:
    Sign.objects.filter(name="worker").delete()
    status, body = ready(client)
    assert (status, body["parts"]["worker"]["state"]) == (503, "has not shown itself yet")


@pytest.mark.usefixtures("alive")
def test_a_broker_folder_that_is_gone(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "gone")}
    status, body = ready(client)
    assert (status, body["parts"]["broker"]) == (503, {"ok": False, "state": "does not answer"})


@pytest.mark.usefixtures("alive")
def test_a_broker_on_the_network_that_does_not_answer(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from compliance.celery import app

    settings.CELERY_BROKER_URL = "amqp://efface:canary-password@127.0.0.1:9//"
    far = app.connection_for_write(settings.CELERY_BROKER_URL, connect_timeout=1, transport="amqp")
    monkeypatch.setattr(app, "connection_for_write", lambda **_: far)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["broker"]["state"] == "does not answer"
    assert b"canary" not in answer.content


@pytest.mark.usefixtures("alive")
def test_a_database_that_does_not_answer_is_a_503_without_its_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from compliance.delivery import queries

    def gone() -> dict[str, float]:
        raise OperationalError("connection to server at 10.1.2.3 failed: password of canary")

    monkeypatch.setattr(queries, "ages_of_signs", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == {"ok": False, "state": "does not answer"}
    assert answer.json()["parts"]["beat"]["ok"] is False
    assert b"canary" not in answer.content
    assert b"10.1.2.3" not in answer.content


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_possible(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
