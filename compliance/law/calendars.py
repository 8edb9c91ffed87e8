"""Working days: the rows of `data/calendars.csv` decide which weekdays are public holidays.

Outside the years that a calendar's rows cover only weekends are known: fewer holidays give an earlier date, the safe side,
and `covers()` lets the trace say so.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from compliance.law.tables import rows

SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Calendar:
    """The public holidays of one place. `name` is empty where we hold none."""

    name: str
    holidays: frozenset[date]
    years: frozenset[int]

    def covers(self, day: date) -> bool:
        """Do we hold holidays for the year of `day`?"""
        return day.year in self.years

    def is_working(self, day: date, *, saturdays: bool = False) -> bool:
        """Monday to Friday and no holiday; `saturdays=True` is the literal reading of Cal. Civ. Code 9."""
        return day.weekday() <= (SATURDAY if saturdays else SATURDAY - 1) and day not in self.holidays

    def roll_forward(self, day: date) -> date:
        """`day` itself when it is a working day, else the next one (Reg. 1182/71 Art 3(4); ICO)."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def add_business_days(self, day: date, number: int, *, saturdays: bool = False) -> date:
        """The `number`-th working day after `day`; `day` itself is not counted."""
        while number > 0:
            day += timedelta(days=1)
            number -= self.is_working(day, saturdays=saturdays)
        return day


@cache
def _all() -> dict[str, frozenset[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for row in rows("calendars"):
        days[row["calendar"]].add(date.fromisoformat(row["date"]))
    return {name: frozenset(held) for name, held in days.items()}


@cache
def calendar_named(name: str) -> Calendar:
    """The calendar `name`; where there are no rows for it, one that knows weekends only."""
    holidays = _all().get(name, frozenset())
    return Calendar(name if holidays else "", holidays, frozenset(day.year for day in holidays))
