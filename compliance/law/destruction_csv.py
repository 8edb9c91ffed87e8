"""Destruction dates for a table of cases: CSV in, CSV out. Columns read: id, law, category, events; others are passed over."""

import csv
import io
from dataclasses import dataclass

from compliance.law.destruction import destruction
from compliance.law.errors import LawInputError
from compliance.law.facts import parse_events

COLUMNS_IN = ("id", "law", "category", "events")
COLUMNS_OUT = ("id", "controlling_trigger", "destroy_by", "next_action")


@dataclass(frozen=True)
class Answered:
    """`csv_text`: one line for each case that could be worked out. `problems`: one sentence for each that could not."""

    csv_text: str
    problems: tuple[str, ...]


def answer(text: str) -> Answered:
    """Work out every row of a CSV text; a bad row is named in `problems` and the others go on.

    Raises `LawInputError` when the text is no such table at all.
    """
    lines, problems = io.StringIO(), []
    out = csv.writer(lines, lineterminator="\n")
    out.writerow(COLUMNS_OUT)
    for number, row in _rows(text):
        name = (row["id"] or "").strip()
        try:
            found = destruction(law=_cell(row, "law"), category=_cell(row, "category"), events=parse_events(_cell(row, "events")))
        except LawInputError as error:
            problems.append(f"line {number}, row {name or 'without an id'}: {error.detail}")
            continue
        due = found.destroy_by.isoformat() if found.destroy_by else ""
        out.writerow((name, found.controlling_trigger, due, found.next_action))
    return Answered(lines.getvalue(), tuple(problems))


def _rows(text: str) -> list[tuple[int, dict[str, str | None]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        missing = [name for name in COLUMNS_IN if name not in (reader.fieldnames or ())]
        if missing:
            raise LawInputError(f"The first line must name the columns {', '.join(COLUMNS_IN)}. Missing: {', '.join(missing)}.")
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise LawInputError(f"Line {reader.line_num} is not CSV: {error}. Check the quotes there.") from error


def _cell(row: dict[str, str | None], column: str) -> str:
    value = row[column]
    if value is None:
        raise LawInputError(f"{column}: the line ends too early. Give all of {', '.join(COLUMNS_IN)}.")
    if column in ("law", "category") and not value.strip():
        raise LawInputError(f"{column}: is empty. Fill it in.")
    return value
