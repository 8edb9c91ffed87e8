"""The OpenAPI document is right, and the service does what it says, whatever is thrown at it."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from drf_spectacular.validation import validate_schema
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from compliance.access.models import Scope
from tests.factories import api_key, signed

PUBLIC = {"/.well-known/authzen-configuration", "/.well-known/jwks.json"}
# Written as the standard says: no repetition to guard against, the check changes nothing.
CHECKS = ("evaluation", "evaluations", "search/subject", "search/resource", "search/action")
# Questions about one person, by POST so that the reference stands in no address: they change nothing.
READS = {"/api/v1/subjects/training", "/api/v1/subjects/disclosures"}
WITHOUT_KEY_OF_REPETITION = {f"/access/v1/{name}" for name in CHECKS} | READS


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_the_description_is_made_without_a_warning_and_no_two_bodies_share_a_name(tmp_path: Path) -> None:
    """A warning is a body that is not described, or described as another of the same name."""
    call_command("spectacular", file=str(tmp_path / "api.yml"), validate=True, fail_on_warn=True)
    assert "SubjectRequest" in (tmp_path / "api.yml").read_text()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_document_is_valid_3_1_and_holds_the_whole_api(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate_schema(document)
    assert set(document["paths"]) >= {
        "/access/v1/evaluation",
        "/.well-known/authzen-configuration",
        "/api/v1/artifacts",
        "/api/v1/release-links",
        "/api/v1/requests",
        "/api/v1/withdrawals",
    }


def test_every_operation_names_its_scope_its_problems_and_its_words(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["operationId"], where
        if path in PUBLIC:
            assert operation["security"] == [], where
            continue
        scopes = re.findall(r"Scope: `([a-z:]+)`", operation["description"])
        assert len(scopes) == 1, where
        assert scopes[0] in Scope.values, where
        assert operation["security"] == [{"apiKey": []}], where
        for status in ("400", "401", "403", "413"):
            assert "application/problem+json" in operation["responses"][status]["content"], f"{where} {status}"


def test_every_write_asks_for_an_idempotency_key(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if method == "get" or path in WITHOUT_KEY_OF_REPETITION:
            continue
        keys = [p for p in operation.get("parameters", []) if p["name"] == "Idempotency-Key"]
        assert [(key["in"], key["required"]) for key in keys] == [("header", True)], f"{method} {path}"


def test_bodies_of_our_own_api_are_closed_and_their_texts_have_an_end(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        if "requestBody" not in operation or path in WITHOUT_KEY_OF_REPETITION:
            continue
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
        assert schema["additionalProperties"] is False, path
        for name, field in schema.get("properties", {}).items():
            assert field.get("type") != "string" or {"maxLength", "enum", "format"} & set(field), f"{path}: {name}"


def test_the_page_for_people_comes_from_local_files_under_a_strict_policy(client: Client) -> None:
    page = client.get("/api/docs")
    html = page.content.decode()
    policy = page["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert re.search(r"script-src 'self'(;|$)", policy)
    assert not re.search(r"<script(?![^>]*src=)|<style|https?://", html)
    assert "SwaggerUIBundle" in client.get("/api/docs?script").content.decode()


CONFIG: dict[str, Any] = {
    "seed": 7,
    "workers": 1,
    "max-failures": 50,
    "continue-on-failure": True,
    # Links between operations that a person walks through by hand in between have nothing to say here.
    "phases": {"stateful": {"enabled": False}},
    # 422 is how a rule refuses what a schema cannot describe: a purpose nobody offers, a category that is never kept.
    # Calls without a key are asked of every address in tests/architecture; over WSGI this version's own check cannot be sent.
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "403", "404", "409", "422"]},
        "ignored_auth": {"enabled": False},
    },
    # The check must be asked as AuthZEN says, which has no 422: what is nested too deep, or a token of no search of ours, is 400.
    "operations": [
        {
            "include-path-regex": "^/access/v1/",
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "403", "422"]}},
        }
    ],
    # A NUL is 400 by rule, and no JSON schema can say so; tests of the parser cover it.
    "generation": {"max-examples": 12, "allow-x00": False, "database": "none"},
}


@pytest.fixture
def bearer(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A key that may do everything, in a service with a promise and a release, whose threads keep no connection."""
    settings.ANNOUNCE_WORK = ""
    monkeypatch.setitem(connections["default"].settings_dict, "CONN_MAX_AGE", 0)
    signed()
    return {"Authorization": f"Bearer {api_key()}"}


@lru_cache
def service() -> Any:
    return get_wsgi_application()


def application(environ: Any, start_response: Any) -> list[bytes]:
    """The service; each answer is closed as a server closes it, which is when its thread lets go of the database."""
    answer = service()(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def run(headers: dict[str, str]) -> tuple[Counter[str], list[str]]:
    """Every phase of schemathesis over the running application: how much was asked in which phase, and what was wrong."""
    config = SchemathesisConfig.from_dict({**CONFIG, "headers": headers})
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application, config=config)
    asked: Counter[str] = Counter()
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, ScenarioFinished):
            asked[event.phase.value] += len(event.recorder.cases)
            wrong += list(failures(event))
        elif isinstance(event, FatalError):
            wrong.append(f"stopped: {event.exception}")
        elif isinstance(event, NonFatalError) and event.related_to_operation:
            wrong.append(f"{event.label}: {event.value}")
    return asked, wrong


def failures(event: ScenarioFinished) -> Iterator[str]:
    """One line for each broken promise, with what was sent."""
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                case = event.recorder.cases[case_id].value
                sent = f"{case.method} {case.path} {case.headers} {case.body!r}"[:300]
                yield f"{check.name}: {check.failure_info.failure.title}: {check.failure_info.failure.message[:300]} <- {sent}"


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_the_service_does_what_its_description_says(bearer: dict[str, str]) -> None:
    """Examples, the coverage of every constraint, and fuzzing: no 5xx, and every answer as described."""
    asked, wrong = run(bearer)
    assert wrong == [], "\n".join(wrong)
    assert min(asked["coverage"], asked["fuzzing"]) > 50, asked
