"""API keys: shown once, stored as a hash, wrong ones all alike."""

from datetime import timedelta

import pytest
import time_machine
from django.test import RequestFactory
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.actions import issue_key, revoke_key
from compliance.access.api.authentication import LAST_USE_STEP
from compliance.access.models import ApiKey
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import Invalid
from tests.apps.access.support import client_of, key_of
from tests.conftest import owner_connection

pytestmark = pytest.mark.django_db


class Guarded(APIView):
    """A view as ours are, without anything behind it."""

    scope = "check"

    def get(self, request: object) -> Response:
        return Response({"ok": True})


class Forgotten(Guarded):
    scope = None  # type: ignore[assignment]  # the mistake that HasScope must turn into a closed door


def call(header: str | None, view: type[APIView] = Guarded) -> Response:
    headers = {} if header is None else {"Authorization": header}
    response: Response = view.as_view()(RequestFactory().get("/api/v1/x", headers=headers))
    return response


def test_ana_s_program_gets_in_with_its_key() -> None:
    assert call(f"Bearer {key_of(client_of())}").status_code == 200


def test_the_text_of_a_key_is_stored_nowhere() -> None:
    new = issue_key(client=client_of(), scopes=["check"], actor=SERVICE, at=clock.now())
    secret = new.text.split("_", 2)[2]
    row = str(ApiKey.objects.values().get(pk=new.key.pk)) + str(ApiKey.history.values().get(id=new.key.pk))
    assert new.key.prefix in row
    assert secret not in row
    assert "secret_hash" not in {f.name for f in ApiKey.history.model._meta.fields}
    assert secret not in repr(new)
    assert not any(secret in str(entry.payload) for entry in Entry.objects.all())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer efk_",
        "Bearer efk_a_b",
        "Basic YTpi",
        "Bearer efk_000000000000_wrong",
        "Bearer é",
        "Bearer efk_\x00_x",
    ],
)
def test_every_wrong_key_gets_the_same_401(header: str | None) -> None:
    key_of(client_of())
    refused = call(header)
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"] == "Bearer"
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.content == call("Bearer efk_ffffffffffff_other").content


def test_the_right_prefix_with_a_wrong_secret_is_401() -> None:
    prefix = key_of(client_of()).rsplit("_", 1)[0]
    assert call(f"Bearer {prefix}_{'x' * 43}").status_code == 401


def test_a_key_without_the_scope_is_403_and_a_view_without_scope_is_closed() -> None:
    client = client_of()
    refused = call(f"Bearer {key_of(client, 'requests:write')}")
    assert refused.status_code == 403
    assert b"check" in refused.content
    assert call(f"Bearer {key_of(client, 'check')}", Forgotten).status_code == 403


def test_a_revoked_key_is_401_at_once_and_its_history_says_why() -> None:
    new = issue_key(client=client_of(), scopes=["check"], actor=SERVICE, at=clock.now())
    assert call(f"Bearer {new.text}").status_code == 200
    for _ in range(2):
        revoke_key(key=new.key, actor=SERVICE, at=clock.now(), reason="the laptop was lost")
    assert call(f"Bearer {new.text}").status_code == 401
    assert [row.history_change_reason for row in ApiKey.history.filter(id=new.key.pk)] == ["the laptop was lost", "issued"]
    assert Entry.objects.filter(kind="access:key:revoked", object_id=str(new.key.pk)).count() == 1


def test_a_key_ends_when_it_said_it_would() -> None:
    at = clock.now()
    new = issue_key(client=client_of(), scopes=["check"], actor=SERVICE, at=at, expires_at=at + timedelta(days=90))
    with time_machine.travel(at + timedelta(days=90, seconds=-1), tick=False):
        assert call(f"Bearer {new.text}").status_code == 200
    with time_machine.travel(at + timedelta(days=90), tick=False):
        assert call(f"Bearer {new.text}").status_code == 401


def test_last_use_is_noted_to_the_minute_and_spares_a_write_per_call() -> None:
    text = key_of(client_of())
    key = ApiKey.objects.get()
    assert key.last_used_at is None
    at = clock.now()
    with time_machine.travel(at, tick=False):
        call(f"Bearer {text}")
    with time_machine.travel(at + timedelta(seconds=30), tick=False):
        call(f"Bearer {text}")
    key.refresh_from_db()
    assert key.last_used_at == at
    with time_machine.travel(at + LAST_USE_STEP + timedelta(seconds=1), tick=False):
        call(f"Bearer {text}")
    key.refresh_from_db()
    assert key.last_used_at == at + LAST_USE_STEP + timedelta(seconds=1)
    assert ApiKey.history.filter(id=key.pk).count() == 1


@pytest.mark.parametrize("scopes", [[], ["everything"], ["check", "sudo"]])
def test_a_key_needs_known_scopes(scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        issue_key(client=client_of(), scopes=scopes, actor=SERVICE, at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_two_keys_have_nothing_in_common_and_the_database_holds_32_bytes_of_each() -> None:
    client = client_of()
    first, second = key_of(client), key_of(client)
    assert first.split("_")[1:] != second.split("_")[1:]
    with owner_connection() as connection:
        rows = connection.execute("SELECT secret_hash FROM access_apikey").fetchall()
    assert [len(row[0]) for row in rows] == [32, 32]
    assert rows[0] != rows[1]
