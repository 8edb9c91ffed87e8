"""Every address of the service is public by a decision, or an officer's, or asks for a key with a scope."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from compliance.access.models import Scope

# Open to everybody, each with the reason. What stands here answers no question about a person without a secret of theirs.
PUBLIC = {
    "": "leads to the form",
    "healthz": "for the machine that restarts the process",
    "readyz": "for the machine that routes calls; names parts and ages only",
    "api/openapi.json": "the description of the API",
    "api/docs": "the same for people",
    ".well-known/authzen-configuration": "AuthZEN metadata",
    ".well-known/jwks.json": "public keys",
    "privacy/": "the public form",
    "privacy/sent": "the same words for everybody",
    "privacy/confirm/<dsar_secret:secret>": "opened by the secret in a mail",
    "privacy/requests/": "asks for the status code",
    "privacy/requests/<dsar_code:code>": "asks for the status code",
    "privacy/requests/<dsar_code:code>/withdraw": "asks for the status code",
    "privacy/requests/<dsar_code:code>/certificate.pdf": "asks for the status code",
    "privacy/requests/<dsar_code:code>/certificate.json": "asks for the status code",
    "notice": "what everybody may read before an upload; holds nothing of a person",
    "notice.json": "the same for programs",
    "sign/<str:secret>": "opened by the secret of a release link",
    "sign/<str:secret>/decline": "as above",
    "sign/<str:secret>/<purpose:purpose>": "as above",
    "sign/<str:secret>/receipt/<uuid:release_id>.pdf": "as above, for receipts of that person alone",
    "sign/<str:secret>/receipt/<uuid:release_id>.json": "as above, for receipts of that person alone",
    "sign/<str:secret>/code.svg": "as above",
    "r/": "asks for a receipt code",
    "r/<dsar_secret:code>": "opened by a receipt code of 128 bits",
    "r/<dsar_secret:code>/withdraw": "as above",
    "r/<dsar_secret:code>/model": "as above",
    "r/<dsar_secret:code>/delete": "as above",
    "r/<dsar_secret:code>/receipt/<uuid:release_id>.pdf": "as above",
    "r/<dsar_secret:code>/receipt/<uuid:release_id>.json": "as above",
    "privacy/someone-else": "a public form; the same answer for everybody",
    ".well-known/gpc.json": "that the site keeps to Global Privacy Control",
    "sign/<str:secret>/withdraw": "as above",
    "sign/<str:secret>/<purpose:purpose>/withdraw": "as above",
    "verify/<str:number>": "whether a document is valid; opened by its 128-bit number, names no person",
    "keys/documents.crt": "a public key",
    "keys/ledger.pub": "a public key",
}
# Plain views that check the key themselves, for speed.
CHECKS = ("evaluation", "evaluations", "search/subject", "search/resource", "search/action")
SCOPED = {f"access/v1/{name}": Scope.CHECK for name in CHECKS}


def addresses(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


ALL = dict(addresses(get_resolver().url_patterns))
OURS = {route: view for route, view in ALL.items() if not route.startswith("admin/")}


def scope_of(view: Any) -> Any:
    return getattr(getattr(view, "cls", None), "scope", None)


def test_every_address_is_somebody_s() -> None:
    unknown = [route for route, view in OURS.items() if route not in PUBLIC and route not in SCOPED and scope_of(view) not in Scope.values]
    assert unknown == [], "name a scope on the view, or write down why everybody may come"


def test_nothing_is_listed_that_is_not_there() -> None:
    assert (set(PUBLIC) | set(SCOPED)) - set(OURS) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route, view in OURS.items() if route in SCOPED or scope_of(view)])
def test_without_a_key_nobody_gets_in(route: str, client: Client) -> None:
    path = "/" + re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", route)
    assert "<" not in path, "give this test a value for the new kind of parameter"
    for answer in (client.get(path), client.post(path, {}, content_type="application/json")):
        assert answer.status_code in {401, 405}, answer.content
        assert answer.status_code == 405 or answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_nobody_sees_the_admin_without_signing_in(client: Client) -> None:
    lists = [route for route in ALL if route.startswith("admin/") and "<" not in route and "^" not in route and "(" not in route]
    assert len(lists) > 10
    opened = [route for route in lists if client.get(f"/{route}").status_code == 200 and route != "admin/login/"]
    # Words for scripts in the reader's language; no data.
    assert opened == [route for route in opened if route in {"admin/jsi18n/", "admin/logout/"}]
