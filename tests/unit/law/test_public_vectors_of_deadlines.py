"""Every published vector of the deadlines, each column, when the shared folder is beside the repository."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from compliance.law.deadlines import Deadline, deadline
from compliance.law.facts import parse_events

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "law" / "deadlines.csv"
ROWS = list(csv.DictReader(VECTORS.open(encoding="utf8"))) if VECTORS.exists() else []
COLUMNS = [
    "received_local_date",
    "ack_due",
    "ack_due_safe",
    "respond_due",
    "respond_due_safe",
    "respond_due_excl_utc",
    "extension_notice_due",
    "extension_notice_due_safe",
    "extended_due",
    "extended_due_safe",
    "final_due",
    "confidence",
    "source_status",
]


def as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z") if value.tzinfo is UTC else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value or "")


def computed(row: dict[str, str]) -> Deadline:
    return deadline(
        law=row["law"],
        request_type=row["request_type"],
        received_at=datetime.fromisoformat(row["received_at"]),
        tz=row["tz"],
        events=parse_events(row["events"]),
    )


@pytest.mark.skipif(not ROWS, reason="the public vectors lie in ../shared/law, which is not here")
@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_each_public_vector_gives_exactly_its_dates(row: dict[str, str]) -> None:
    found = computed(row)

    assert {name: as_text(getattr(found, name)) for name in COLUMNS} == {name: row[name] for name in COLUMNS}
    assert found.citation == row["citation"]
    assert found.trace
