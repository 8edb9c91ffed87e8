"""What is refused before any view looks at it, in the same words everywhere."""

import json
import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from compliance.access.api import openapi
from compliance.access.api.serializers import StrictEmailField, StrictSerializer
from compliance.access.middleware import LimitsMiddleware
from compliance.core.config import MAX_BODY
from consent.rules.decisions import Reason
from tests.factories import api_key

BIG = b'{"subject": "' + b"x" * MAX_BODY + b'"}'


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/requests", "/access/v1/evaluation", "/privacy/"])
def test_a_body_over_one_megabyte_is_too_large_wherever_it_goes(client: Client, path: str) -> None:
    headers = {"Authorization": f"Bearer {api_key()}", "Idempotency-Key": "big"}
    answer = client.post(path, BIG, content_type="application/json", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["type"] == "urn:efface:problem:too-large"


def test_one_number_is_the_longest_body() -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == MAX_BODY


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/requests", "/access/v1/evaluation"])
@pytest.mark.parametrize("key", ["efk_é_x", "efk_\x00_x"])
def test_a_key_that_no_database_could_be_asked_for_is_401(client: Client, path: str, key: str) -> None:
    answer = client.post(path, {}, content_type="application/json", headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "x"})
    assert answer.status_code == 401


def test_the_documented_reasons_are_the_reasons_of_the_check() -> None:
    """The document is made on a lower floor than the check and cannot ask it."""
    assert list(openapi.REASONS) == [reason.value for reason in Reason]


class Letter(StrictSerializer):
    email = StrictEmailField()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (7, "must be a text"),
        (True, "must be a text"),
        ("ana", "valid email"),
        ("", "blank"),
        (f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.test", "254"),
    ],
)
def test_an_address_comes_as_a_text_that_can_be_one(given: object, words: str) -> None:
    letter = Letter(data={"email": given})
    assert not letter.is_valid()
    assert re.search(words, str(letter.errors["email"]))


def test_ana_s_address_is_kept_as_she_wrote_it() -> None:
    letter = Letter(data={"email": "Ana.O'Neil+face@example.test"})
    assert letter.is_valid(), letter.errors
    assert letter.validated_data == {"email": "Ana.O'Neil+face@example.test"}


def test_a_body_of_unknown_length_is_refused_by_name_and_not_read_as_empty() -> None:
    request = RequestFactory().post("/api/v1/requests", b"{}", content_type="application/json", HTTP_TRANSFER_ENCODING="chunked")
    del request.META["CONTENT_LENGTH"]
    answer = LimitsMiddleware(lambda _request: HttpResponse("reached"))(request)
    assert (answer.status_code, json.loads(answer.content)["type"]) == (411, "urn:efface:problem:length-required")


@pytest.mark.django_db
def test_other_spellings_of_one_name_share_its_limit(client: Client) -> None:
    for spelling in ("olga", " olga", "OLGA", "ｏlga", "olga "):
        for _ in range(2):
            client.post("/admin/login/", {"username": spelling, "password": "wrong"})
    assert client.post("/admin/login/", {"username": "olga", "password": "wrong"}).status_code == 429
