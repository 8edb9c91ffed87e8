"""When a request must be answered, as the law tables say it, in the shape a request stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from compliance.law import regimes
from compliance.law.deadlines import Deadline, earliest, for_request

DELETE = "delete"


@dataclass(frozen=True)
class Clock:
    """`due` is the last day the law allows, `due_safe` the day to work to; `law` is a law's code, or empty where none sets a day."""

    due: date | None
    due_safe: date | None
    law: str
    why: list[str]


def clock_for(*, places: Sequence[str], received_at: datetime, served: Sequence[str]) -> Clock:
    """The earliest date over all laws of `places`; none, or one that is not known, brings in every law the operator serves.

    Where no law sets a day (Illinois has no request clock), `due` stays empty: no legal date is invented. The day to work to
    is then the strictest of those the operator serves.
    """
    own = for_request(places, DELETE, received_at, served)
    first = earliest(own)
    if first:
        return Clock(last_day(first), safe_day(own), first.law, [*said(first), *others(own, first)])
    served_clock = for_request([], DELETE, received_at, served)
    why = [f"{regimes.laws()[one.law].name}: {one.trace[-1]}" for one in own if one.trace]
    why.append("No law of this place sets a day. The day to work to is the strictest of those the operator serves.")
    return Clock(None, safe_day(served_clock), "", why)


def last_day(one: Deadline) -> date | None:
    """The outer legal day; a clock in hours ends on the day of its last hour."""
    return one.final_due.date() if isinstance(one.final_due, datetime) else one.final_due


def safe_day(deadlines: Sequence[Deadline]) -> date | None:
    days = [day for one in deadlines if (day := one.respond_due_safe or last_day(one))]
    return min((day.date() if isinstance(day, datetime) else day for day in days), default=None)


def said(one: Deadline) -> list[str]:
    """The trace of one deadline in words, with its citation first."""
    return [f"{law_name(one.law)} ({one.citation}) decides.", *one.trace]


def others(deadlines: Sequence[Deadline], first: Deadline) -> list[str]:
    return [f"{law_name(one.law)} would allow until {last_day(one)}." for one in deadlines if one is not first and last_day(one)]


def law_name(code: str) -> str:
    """A law's name for people; the code itself where the tables no longer hold it."""
    law = regimes.laws().get(code)
    return law.name if law else code


# Where the right to have it deleted stands, for the order and its certificate.
RIGHTS = {
    "GDPR_EU": "GDPR 17(1)",
    "UK_GDPR": "UK GDPR 17(1)",
    "CCPA": "Cal. Civ. Code 1798.105(a)",
    "CO_CPA": "C.R.S. 6-1-1306(1)(d)",
    "TX_TDPSA": "Tex. Bus. & Com. Code 541.051(b)(3)",
    "VA_CDPA": "Va. Code 59.1-577(A)(3)",
    "WA_MHMDA": "RCW 19.373.040(1)(c)",
    "QC_P39_1": "CQLR c P-39.1 s.28",
}


def right(law: str) -> str:
    """The rule an order names: the right to deletion of the law that set the clock, or the operator's own promise."""
    if not law:
        return "The person asked; the operator promises to delete on request."
    return f"The person asked: {law_name(law)}, {RIGHTS.get(law, 'right to deletion')}."
