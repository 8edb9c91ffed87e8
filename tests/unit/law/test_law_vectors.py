"""Vectors: the published ones, each column, when the shared folder is beside the repository; and cases of our own, worked out by hand.

The column `why` of our own says what a case is about.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from compliance.law.deadlines import Deadline, deadline
from compliance.law.destruction import destruction
from compliance.law.facts import parse_events


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none when it is absent."""
    if not path.exists():
        return []
    with path.open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def as_text(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is UTC:
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value or "")


def computed(row: dict[str, str]) -> Deadline:
    return deadline(
        law=row["law"],
        request_type=row["request_type"],
        received_at=datetime.fromisoformat(row["received_at"]),
        tz=row["tz"],
        events=parse_events(row["events"]),
    )


def deadline_columns(row: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    found = computed(row)
    return {name: as_text(getattr(found, name)) for name in names}


def destruction_columns(row: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    found = destruction(law=row["law"], category=row["category"], events=parse_events(row["events"]))
    return {name: as_text(getattr(found, name)) for name in names}


HERE = Path(__file__).parent
OWN_DEADLINES = read(HERE / "own_deadlines.csv")
OWN_DESTRUCTION = read(HERE / "own_destruction.csv")
NOT_COMPARED = {"id", "law", "request_type", "received_at", "tz", "events", "category", "why"}
LAW = Path(__file__).resolve().parents[4] / "shared" / "law"
DEADLINES = read(LAW / "deadlines.csv")
DESTRUCTION = read(LAW / "destruction.csv")
DATES_AND_STATUS = [
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
    "citation",
]
absent = pytest.mark.skipif(not LAW.exists(), reason="the public vectors lie in ../shared/law, which is not here")


@absent
def test_the_vectors_are_really_there() -> None:
    assert len(DEADLINES) >= 38
    assert len(DESTRUCTION) >= 18


@absent
@pytest.mark.parametrize("row", DEADLINES, ids=[row["id"] for row in DEADLINES])
def test_each_public_deadline_has_exactly_its_dates(row: dict[str, str]) -> None:
    assert deadline_columns(row, DATES_AND_STATUS) == {name: row[name] for name in DATES_AND_STATUS}


@absent
@pytest.mark.parametrize("row", DESTRUCTION, ids=[row["id"] for row in DESTRUCTION])
def test_each_public_destruction_has_exactly_its_date(row: dict[str, str]) -> None:
    columns = ["controlling_trigger", "destroy_by", "next_action", "confidence"]

    assert destruction_columns(row, columns) == {name: row[name] for name in columns}


@absent
def test_our_calendars_are_the_published_ones() -> None:
    ours = Path(__file__).resolve().parents[3] / "compliance" / "law" / "data" / "calendars.csv"

    with ours.open(encoding="utf8") as mine, (LAW / "calendars.csv").open(encoding="utf8") as theirs:
        assert list(csv.reader(mine)) == list(csv.reader(theirs))


def test_our_own_cases_are_really_there() -> None:
    assert len(OWN_DEADLINES) >= 30
    assert len(OWN_DESTRUCTION) >= 30


@pytest.mark.parametrize("row", OWN_DEADLINES, ids=[row["id"] for row in OWN_DEADLINES])
def test_each_deadline_worked_out_by_hand(row: dict[str, str]) -> None:
    expected = {name: value for name, value in row.items() if name not in NOT_COMPARED}

    assert deadline_columns(row, expected) == expected
    assert computed(row).trace, "a date without its reason"


@pytest.mark.parametrize("row", OWN_DESTRUCTION, ids=[row["id"] for row in OWN_DESTRUCTION])
def test_each_destruction_worked_out_by_hand(row: dict[str, str]) -> None:
    expected = {name: value for name, value in row.items() if name not in NOT_COMPARED}

    assert destruction_columns(row, expected) == expected
