"""The delete button in the product."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from dsar.models import Request
from dsar.rules.codes import opens

pytestmark = pytest.mark.django_db
Headers = Callable[..., dict[str, str]]
BODY = {"subject": "usr_ben", "kind": "delete"}


def post(headers: dict[str, str], body: Any, key: str = "k1") -> Any:
    return Client().post("/api/v1/requests", body, content_type="application/json", headers={**headers, "idempotency-key": key})


def test_ben_presses_delete_in_the_product(system: Headers) -> None:
    headers = system()
    answer = post(headers, {**BODY, "email": "ben@example.test"})
    said = answer.json()
    request = Request.objects.get()
    assert answer.status_code == 201
    assert said == {
        "id": str(request.pk),
        "reference": request.code,
        "state": "deciding",
        "due": str(request.due),
        "status_url": f"http://127.0.0.1:8000/privacy/requests/{request.code}",
        "status_code": said["status_code"],
    }
    assert opens(said["status_code"], bytes(request.status_code_hash))
    read = Client().get(f"/api/v1/requests/{request.pk}", headers=headers)
    assert read.json() == {name: value for name, value in said.items() if name != "status_code"}


def test_the_same_key_replays_and_another_key_names_the_same_request(system: Headers) -> None:
    headers = system()
    first, replay, again = post(headers, BODY), post(headers, BODY), post(headers, BODY, key="k2")
    assert first.json() == replay.json() == again.json()
    assert Request.objects.count() == 1


def test_another_system_does_not_see_it(system: Headers) -> None:
    request_id = post(system(), BODY).json()["id"]
    assert Client().get(f"/api/v1/requests/{request_id}", headers=system("scan-us")).status_code == 404
    assert Client().get(f"/api/v1/requests/{uuid4()}", headers=system("scan-fr")).status_code == 404


def test_requests_of_the_form_are_not_read_through_the_api(system: Headers, ask: Callable[..., Request]) -> None:
    assert Client().get(f"/api/v1/requests/{ask().pk}", headers=system()).status_code == 404


def test_without_key_or_scope_nothing_happens(system: Headers) -> None:
    assert post({}, BODY).status_code == 401
    assert post(system(scope="check"), BODY).status_code == 403
    assert Request.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": "usr_ben"},
        {**BODY, "kind": "sell"},
        {**BODY, "subject": ""},
        {**BODY, "subject": 7},
        {**BODY, "subject": "x" * 201},
        {**BODY, "email": "no address"},
        {**BODY, "email": ""},
        {**BODY, "email": None},
        {**BODY, "colour": "red"},
        {**BODY, "kind": ["delete"]},
        [],
    ],
)
def test_bad_input_is_named_and_nothing_is_kept(system: Headers, body: Any) -> None:
    answer = post(system(), body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert Request.objects.count() == 0
