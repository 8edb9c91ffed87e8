"""Durations are finite, calendar-true and refuse nonsense with a remedy."""

from datetime import UTC, datetime

import pytest

from compliance.core.durations import Duration


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("PT24H", "2026-03-28T12:00", "2026-03-29T12:00"),
        ("P1M", "2026-01-31T00:00", "2026-02-28T00:00"),
        ("P1Y", "2028-02-29T00:00", "2029-02-28T00:00"),
        ("P30D", "2026-12-15T08:30", "2027-01-14T08:30"),
        ("P1W", "2026-12-31T00:00", "2027-01-07T00:00"),
        ("PT0S", "2026-01-01T00:00", "2026-01-01T00:00"),
        ("P1Y2M3DT4H5M6S", "2026-01-01T00:00", "2027-03-04T04:05:06"),
    ],
)
def test_a_duration_ends_where_the_calendar_says(text: str, start: str, end: str) -> None:
    began = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert Duration.parse(text).after(began) == datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "30D", "P-1D", "P1.5D", "P1H", "PT1D", "p30d", "P9999Y", "P999999D", "P30D ", "∞"])
def test_what_is_no_finite_duration_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as PT24H|no window"):
        Duration.parse(text)


def test_a_duration_in_words() -> None:
    said = [Duration.parse(text).in_words() for text in ("PT0S", "PT24H", "PT72H", "P30D", "P1Y6M", "P2D")]
    assert said == ["at once", "1 day", "3 days", "30 days", "1 year and 6 months", "2 days"]
