"""Nobody changes what the ledger holds: the running role has no right to, and the triggers refuse its owner too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from psycopg import Connection, connect, errors

from compliance.audit.actions import checkpoint, sequence
from compliance.audit.models import Checkpoint, Entry, Leaf, Node
from tests.apps.audit.conftest import AT
from tests.conftest import owner_connection

pytestmark = pytest.mark.django_db(transaction=True)

# Table, a column to change, the primary key.
TABLES = [
    ("audit_entry", "kind", "id"),
    ("audit_leaf", "entry_id", "index"),
    ("audit_node", "level", "id"),
    ("audit_checkpoint", "note", "size"),
]
CHANGES = [
    "UPDATE {0} SET {1} = {1}",
    "DELETE FROM {0}",
    "TRUNCATE {0} CASCADE",
    "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT ({2}) DO UPDATE SET {1} = excluded.{1}",
    "MERGE INTO {0} AS mine USING {0} AS yours ON mine.{2} = yours.{2} WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM {0} RETURNING 1) SELECT count(*) FROM gone",
]
each_table = pytest.mark.parametrize("table", TABLES, ids=[table[0] for table in TABLES])


@pytest.fixture
def ledger(tell: Callable[..., list[Entry]]) -> dict[str, list[Any]]:
    """Three entries with their places, nodes and checkpoint."""
    tell(3)
    sequence(at=AT)
    checkpoint(at=AT)
    held = everything()
    assert {name: len(rows) for name, rows in held.items()} == {"Entry": 3, "Leaf": 3, "Node": 1, "Checkpoint": 1}
    return held


def everything() -> dict[str, list[Any]]:
    models: list[Any] = [Entry, Leaf, Node, Checkpoint]
    return {model.__name__: [_plain(row) for row in model.objects.order_by("pk").values()] for model in models}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}


def running_role() -> Connection[Any]:
    return connect(settings.RUNNING_DATABASE_URL, dbname=connections["default"].settings_dict["NAME"], autocommit=True)


@each_table
def test_the_running_role_has_no_right_to_change_the_ledger(table: tuple[str, str, str], ledger: dict[str, list[Any]]) -> None:
    for change in CHANGES:
        with running_role() as raw, pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
            raw.execute(change.format(*table))
        assert everything() == ledger, change


@each_table
def test_the_triggers_refuse_the_owner_of_the_tables_too(table: tuple[str, str, str], ledger: dict[str, list[Any]]) -> None:
    for change in CHANGES:
        with owner_connection() as raw, pytest.raises(errors.RaiseException, match=r"append-only|Cannot update or delete"):
            raw.execute(change.format(*table))
        assert everything() == ledger, change


@pytest.mark.parametrize(
    "trick",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TABLE audit_entry CASCADE",
        "SET session_replication_role = replica",
        "CREATE TRIGGER mine BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "GRANT UPDATE ON audit_entry TO PUBLIC",
    ],
)
def test_the_running_role_cannot_give_itself_the_right(trick: str, ledger: dict[str, list[Any]]) -> None:
    with running_role() as raw:
        if trick.startswith("GRANT"):
            # Where a role has nothing that it may grant, PostgreSQL only warns.
            raw.execute(trick)
            trick = "UPDATE audit_entry SET kind = 'forged'"
        with pytest.raises(errors.InsufficientPrivilege):
            raw.execute(trick)
    assert everything() == ledger
