"""The short road of the check: less on the way, and nothing that holds elsewhere is lost."""

from typing import Any

import pytest
from django.test import Client

from compliance.access.short_road import place
from compliance.core.taxonomy import TRAINING_PURPOSES
from consent.queries.standing_sql import COLUMNS
from tests.factories import api_key

PATH = "/access/v1/evaluation"


def test_only_addresses_that_are_there_are_on_it() -> None:
    assert place(PATH) is not None
    assert place("/access/v1/nothing") is None


@pytest.mark.django_db
def test_it_keeps_the_request_id_the_caches_and_the_types(client: Client) -> None:
    answer = client.post(PATH, {}, content_type="application/json", headers={"X-Request-ID": "road-1"})
    assert (answer.status_code, answer["X-Request-ID"]) == (401, "road-1")
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies


@pytest.mark.django_db
def test_it_keeps_the_limits_and_the_host_names(client: Client) -> None:
    headers = {"Authorization": f"Bearer {api_key()}"}
    assert client.post(PATH, b"x" * 1_000_001, content_type="application/json", headers=headers).status_code == 413
    assert client.post(f"{PATH}?a=%00", {}, content_type="application/json", headers=headers).status_code == 400
    assert client.post(PATH, {}, content_type="application/json", headers=headers | {"Host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_it_asks_for_tls_where_the_service_does(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert Client().post(PATH, {}, content_type="application/json").status_code == 301


@pytest.mark.django_db
def test_an_address_that_is_not_there_goes_the_long_way(client: Client) -> None:
    assert client.post("/access/v1/nothing").status_code == 404


def test_the_purposes_of_training_in_the_text_of_the_query_are_those_of_the_taxonomy() -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in sorted(TRAINING_PURPOSES))
    assert f"t.purpose IN ({listed})" in COLUMNS
