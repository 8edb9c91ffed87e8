"""`manage.py migrate` gives the running role its rights: all of them at one moment."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connections
from psycopg import connect

from compliance.audit.management.commands.migrate import grant
from tests.conftest import as_role, owner_connection

pytestmark = pytest.mark.django_db(transaction=True)
ROLE = as_role(settings.RUNNING_DATABASE_URL)["USER"]


@pytest.fixture
def owner() -> Iterator[Any]:
    """Django's connection, as the role that owns the tables."""
    connection = connections["default"]
    connection.close()
    connection.settings_dict.update(as_role(settings.OWNER_DATABASE_URL))
    yield connection
    connection.close()
    connection.settings_dict.update(as_role(settings.RUNNING_DATABASE_URL))


def rights(table: str) -> set[str]:
    with owner_connection() as connection:
        rows = connection.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = %s AND table_name = %s", [ROLE, table]
        )
        return {row[0] for row in rows}


def test_rights_are_given_anew_to_every_table_and_append_only_ones_stay_so(owner: Any) -> None:
    with owner_connection() as connection:
        connection.execute(f"GRANT UPDATE, DELETE ON audit_entry TO {ROLE}")
        connection.execute(f"REVOKE ALL ON access_ratecount FROM {ROLE}")
    grant(owner, ROLE)
    assert rights("audit_entry") == {"SELECT", "INSERT"}
    assert rights("access_ratecount") == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_a_running_service_never_meets_a_right_that_is_taken_and_not_yet_given_back(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the rights are given, another session still has the old ones; when it fails halfway, it keeps them."""
    seen: list[int] = []

    def halfway(_cursor: Any) -> Iterator[str]:
        yield "access_ratecount"
        with connect(settings.RUNNING_DATABASE_URL, dbname=connections["default"].settings_dict["NAME"]) as service:
            seen.extend(service.execute("SELECT count(*) FROM delivery_sign").fetchone() or ())
        yield "no_such_table"

    monkeypatch.setattr(owner.introspection, "table_names", halfway)
    with owner_connection() as connection:
        connection.execute(f"REVOKE DELETE ON access_ratecount FROM {ROLE}")
    before = rights("access_ratecount")
    with pytest.raises(DatabaseError):
        grant(owner, ROLE)
    assert (seen, rights("access_ratecount")) == ([0], before)
    monkeypatch.undo()
    grant(owner, ROLE)
    assert rights("access_ratecount") > before
