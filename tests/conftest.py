"""The suite's database: made by the role that owns the tables, used by the running role, which does not."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from psycopg import connect

from compliance.core import keys
from compliance.core.sealing import KeyRing
from compliance.evidence import token_keys


@pytest.fixture(scope="session", autouse=True)
def key_ring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key ring of this run alone."""
    path = tmp_path_factory.mktemp("keys") / "ring.json"
    KeyRing.create(path)
    keys.configure(path)
    return path


@pytest.fixture(scope="session", autouse=True)
def decision_key() -> None:
    """What an allowance is signed with: every check of the suite may give one."""
    token_keys.create(settings.SIGNING_DIR)


def pytest_configure() -> None:
    """Passwords of the cast guard nothing; the real hasher costs a third of a second each."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, so that no worker starts one when the others are done."""
    long = {"flows": 0, "browser": 0, "races": 0, "test_openapi.py": 0, "local": 0}
    items.sort(key=lambda item: min(long.get(part, 1) for part in item.path.parts))


def as_role(url: str) -> dict[str, Any]:
    import environ

    return {name: environ.Env.db_url_config(url)[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database is created and migrated by its owner."""
    connections["default"].settings_dict.update(as_role(settings.OWNER_DATABASE_URL))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Afterwards everything runs as the running role; the owner comes back to drop it."""
    connection = connections["default"]
    connection.close()
    connection.settings_dict.update(as_role(settings.RUNNING_DATABASE_URL))
    yield
    connection.close()
    connection.settings_dict.update(as_role(settings.OWNER_DATABASE_URL))


def owner_connection(**options: Any) -> Any:
    """A connection to the test database as the role that owns the tables."""
    return connect(settings.OWNER_DATABASE_URL, dbname=connections["default"].settings_dict["NAME"], autocommit=True, **options)


def empty_tables(_self: Any) -> None:
    """Empty every table after a test that committed: as the owner, because the running role may not (and must not)."""
    with owner_connection() as connection:
        connection.execute("SET session_replication_role = replica")
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission', 'auth_group')"
        ).fetchall()
        # DELETE where there is something: TRUNCATE of fifty tables takes a tenth of a second, after each test.
        probes = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for (name,) in tables)
        for (name,) in connection.execute(probes).fetchall():
            connection.execute(f"DELETE FROM {name}")


TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[attr-defined]  # Django's own flush is a TRUNCATE by the running role
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
