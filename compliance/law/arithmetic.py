"""Legal date arithmetic: calendar months that clamp down, local days, and the end of a local day as an instant.

Never `n * 24 hours`: days are added to the local date and only then turned into an instant (rules C2).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from compliance.law.errors import LawInputError

Unit = Literal["d", "m", "y", "b", "h"]
_LENGTH = re.compile(r"^(\d{1,4})([dmybh])$")
_UNIT_WORDS: dict[Unit, tuple[str, str]] = {
    "d": ("day", "days"),
    "m": ("month", "months"),
    "y": ("year", "years"),
    "b": ("business day", "business days"),
    "h": ("hour", "hours"),
}


@dataclass(frozen=True)
class Length:
    """A legal length of time as a table writes it: `1m`, `45d`, `3y`, `10b` (business days), `72h` (elapsed hours)."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        one, many = _UNIT_WORDS[self.unit]
        return f"{self.number} {one if self.number == 1 else many}"

    def after(self, day: date) -> date:
        """The day this length ends on when it starts on `day`: days, months and years only; months and years clamp down."""
        if self.unit == "d":
            return _bounded(day, self.number)
        if self.unit in ("m", "y"):
            return add_months(day, self.number * (12 if self.unit == "y" else 1))
        raise ValueError(f"{self} needs a calendar or a clock")


def length(text: str) -> Length | None:
    """Read a table cell such as `45d`; an empty cell is no length."""
    if not text:
        return None
    found = _LENGTH.match(text)
    if not found:
        raise ValueError(f"not a length: {text!r}")
    return Length(int(found[1]), cast(Unit, found[2]))


def add_months(day: date, months: int) -> date:
    """The same-numbered day `months` later, or the last day of that month where there is none (31 Jan + 1 = 28 Feb)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise LawInputError(f"{day} plus {months} months is outside the calendar. Check the date.")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day `years` later; 29 Feb becomes 28 Feb where there is none."""
    return add_months(day, 12 * years)


def zone(name: str) -> ZoneInfo:
    """The IANA time zone `name`; `LawInputError` when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise LawInputError(f"There is no time zone “{name}”. Write an IANA name such as Europe/Berlin.") from error


def local_date(at: datetime, tz: str) -> date:
    """The calendar day of an aware instant in the zone `tz`."""
    return _aware(at).astimezone(zone(tz)).date()


def end_of_local_day(day: date, tz: str) -> datetime:
    """The first instant after `day` in `tz`, in UTC: late means at or after it (an exclusive bound)."""
    return datetime.combine(_bounded(day, 1), time(), zone(tz)).astimezone(UTC)


def after_elapsed_hours(at: datetime, hours: int, tz: str) -> tuple[datetime, datetime]:
    """(outer, safe) ends of a period in elapsed hours, in local time: the outer one leaves the started hour out.

    Reg. 1182/71 Art 3(1). Hours elapse, so the wall clock moves when summer time begins or ends within the period.
    """
    local = _aware(at).astimezone(zone(tz))
    into_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start = at.astimezone(UTC)
    next_hour = start - into_hour + timedelta(hours=1)
    span = timedelta(hours=hours)
    return (next_hour + span).astimezone(zone(tz)), (start + span).astimezone(zone(tz))


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None or at.utcoffset() is None:
        raise LawInputError(f"The time {at.isoformat()} has no offset from UTC. Add one, such as +01:00 or Z.")
    return at


def _bounded(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise LawInputError(f"{day} plus {days} days is outside the calendar. Check the date.") from error
