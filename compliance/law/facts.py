"""Reading facts: `name=value;name=value` and the dates in them, with messages that name what is wrong."""

from collections.abc import Mapping
from datetime import date, datetime

from compliance.law.errors import LawInputError

Fact = str | date | datetime


def parse_events(text: str) -> dict[str, str]:
    """`a=2026-01-01;b=yes` as a mapping. Refuses a part without `=`, an empty name or value, and a name given twice."""
    events: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (equals and name and value):
            raise LawInputError(f"events: “{part}” is not of the form name=value. Separate several with a semicolon.")
        if name in events:
            raise LawInputError(f"events: “{name}” is given twice. Keep one.")
        events[name] = value
    return events


def moment(name: str, value: Fact) -> datetime:
    """The fact `name` as an aware instant."""
    read = _iso(name, value)
    if isinstance(read, datetime) and read.utcoffset() is not None:
        return read
    raise LawInputError(f"events: {name}={value} needs a time with an offset, such as 2026-10-24T10:20:00+02:00.")


def day(name: str, value: Fact) -> date:
    """The fact `name` as a day. A time is read as the day it was written in."""
    read = _iso(name, value)
    return read.date() if isinstance(read, datetime) else read


def day_of(events: Mapping[str, Fact], name: str) -> date | None:
    """The day of the fact `name`, or None when it is not given."""
    return day(name, events[name]) if name in events else None


def _iso(name: str, value: Fact) -> date | datetime:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if len(value) == len("2026-01-31") else datetime.fromisoformat(value)
    except ValueError as error:
        raise LawInputError(f"events: {name}={value} is not a date. Write it as 2026-01-31.") from error
