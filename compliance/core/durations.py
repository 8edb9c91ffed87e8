"""ISO 8601 durations as profiles and backends write them: finite, not negative, in whole numbers."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PATTERN = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,10})S)?)?")
# What no promise about a face needs, and what keeps dates inside the calendar.
LONGEST_YEARS = 100


@dataclass(frozen=True, order=True)
class Duration:
    """Calendar months and elapsed seconds, kept apart because a month has no fixed length."""

    months: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read `P30D`, `PT24H`, `P1Y6M`, `PT0S`. Raises ValueError that says what to write."""
        found = PATTERN.fullmatch(text) if isinstance(text, str) else None
        if not found or text in {"P", "PT"} or text.endswith("T") or not any(found.groups()):
            raise ValueError("write an ISO 8601 duration such as PT24H, P30D or P1Y")
        years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        duration = cls(years * 12 + months, ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds)
        if duration.longest_days() > LONGEST_YEARS * 366:
            raise ValueError(f"no window may be longer than {LONGEST_YEARS} years")
        return duration

    def longest_days(self) -> float:
        """An upper bound in days: months at 31 days each."""
        return self.months * 31 + self.seconds / 86_400

    def after(self, at: datetime) -> datetime:
        """The instant this long after `at`. Months clamp down (31 Jan + P1M = 28 Feb) and are counted in UTC."""
        at = at.astimezone(UTC)
        year, month = divmod(at.year * 12 + at.month - 1 + self.months, 12)
        month += 1
        moved = at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
        return moved + timedelta(seconds=self.seconds)

    def in_words(self) -> str:
        """For people: “30 days”, “2 years and 6 hours”, “at once”."""
        days, rest = divmod(self.seconds, 86_400)
        hours, rest = divmod(rest, 3600)
        years, months = divmod(self.months, 12)
        if (years, months, days) == (0, 0, days) and hours and not rest and days < 3:
            hours, days = hours + days * 24, 0
        parts = [
            f"{number} {word}{'' if number == 1 else 's'}"
            for number, word in (
                (years, "year"),
                (months, "month"),
                (days, "day"),
                (hours, "hour"),
                (rest // 60, "minute"),
                (rest % 60, "second"),
            )
            if number
        ]
        return " and ".join(parts) if parts else "at once"
