"""The ledger's keys and journal of one test, and the few things that most tests here do."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from compliance.audit import notes
from compliance.audit.actions import record
from compliance.audit.models import Entry
from compliance.core.actor import Actor
from tests.conftest import owner_connection

AT = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)
ANA = Actor("Ana Alves", "officer")


@pytest.fixture(autouse=True)
def ledger_files(settings: Settings, tmp_path: Path) -> Path:
    """A signing key and an empty journal."""
    settings.SIGNING_DIR = tmp_path / "signing"
    settings.JOURNAL_DIR = tmp_path / "journal"
    settings.SIGNING_DIR.mkdir()
    notes.create(settings.SIGNING_DIR, "privacy.example.com")
    return tmp_path


@pytest.fixture
def tell() -> Callable[..., list[Entry]]:
    """Record and commit some facts, each in a transaction of its own."""

    def told(count: int, *, at: datetime = AT, **more: Any) -> list[Entry]:
        entries: list[Entry] = []
        for number in range(count):
            with transaction.atomic():
                named = {"object_id": f"request-{number}", "payload": {"number": number}} | more
                entries.append(record(kind="dsar:request:received", actor=ANA, at=at, **named))
        return entries

    return told


@pytest.fixture
def superuser() -> Iterator[Any]:
    """A hand in the database that no trigger stops."""
    with owner_connection() as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
