"""Clients, keys and officers for the tests of access."""

from compliance.access.actions import create_client, issue_key
from compliance.access.models import ApiClient, Officer
from compliance.core import clock
from compliance.core.actor import SERVICE

PASSWORD = "a long enough phrase 7"


def client_of(name: str = "Scan EU", system: str = "scan-eu") -> ApiClient:
    return create_client(name=name, system=system, actor=SERVICE, at=clock.now())


def key_of(client: ApiClient, *scopes: str) -> str:
    return issue_key(client=client, scopes=scopes or ("check",), actor=SERVICE, at=clock.now()).text


def officer(username: str = "dana", *, superuser: bool = False) -> Officer:
    made = Officer.objects.create_user(username, password=PASSWORD, is_staff=True, is_superuser=superuser)
    assert isinstance(made, Officer)
    return made
