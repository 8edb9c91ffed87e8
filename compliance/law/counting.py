"""From when a request's clock counts, and which days it stands still."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from compliance.law.arithmetic import Length
from compliance.law.calendars import Calendar
from compliance.law.clocks import Clock
from compliance.law.errors import LawInputError
from compliance.law.facts import Fact, day_of

# A pause begins when we ask and ends when the answer is complete.
_PAUSES = {
    "id": ("id_requested", "id_received", "identity information"),
    "clarification": ("clarification_requested", "clarification_received", "a clarification"),
}
_ASKED_BEFORE = {"id_received": "id_requested", "fee_paid": "fee_requested"}


@dataclass(frozen=True)
class Count:
    """When a request came in, when its clock starts, for how many days it stood still, and why (in plain words)."""

    arrived: date
    start: date
    paused_days: int
    trace: tuple[str, ...]


def count(clock: Clock, received: date, events: Mapping[str, Fact]) -> Count:
    """Work out start and pauses from the facts. A fact that has not happened yet earns nothing: the date stays early."""
    arrived = min(received, day_of(events, "hosted_form_submitted") or received)
    start, trace = _start(clock, arrived, events)
    days: set[date] = set()
    for name in clock.pauses:
        held, said = _pause(name, clock.pause_if_asked_within, start, events)
        days |= held
        trace += said
    paused = len({day for day in days if day >= start})
    return Count(arrived, start, paused, tuple(trace))


def ends(clock: Clock, calendar: Calendar, span: Length, counted: Count) -> tuple[date, date]:
    """(due, due_safe) of a length under a clock; `due_safe` is never later than `due`."""
    if span.unit == "b":
        due = calendar.add_business_days(counted.start, span.number)
        return due, calendar.add_business_days(counted.start, span.number, saturdays=True)
    natural = span.after(counted.start) + timedelta(days=counted.paused_days)
    due = calendar.roll_forward(natural) if clock.rolls else natural
    safe = {
        "same": due,
        "no_roll": natural,
        "no_roll_no_pause": span.after(counted.arrived),
        "day_earlier": natural - timedelta(days=1),
    }
    return due, safe[clock.safe]


def _start(clock: Clock, arrived: date, events: Mapping[str, Fact]) -> tuple[date, list[str]]:
    start, trace = arrived, [f"The request arrived on {arrived}; that day is not counted."]
    for name in clock.starts_on:
        happened, asked = day_of(events, name), day_of(events, _ASKED_BEFORE[name])
        _in_order(_ASKED_BEFORE[name], asked, name, happened)
        if happened and happened > start:
            start = happened
            trace.append(f"The clock starts on {happened} ({name}).")
        elif asked and not happened:
            trace.append(f"Asked for on {asked} and still open ({name}): we count from arrival until it is here.")
    return start, trace


def _pause(name: str, within: Length | None, start: date, events: Mapping[str, Fact]) -> tuple[set[date], list[str]]:
    """The days the clock stood still for one cause: from the day we asked up to, not with, the day we were answered."""
    asked_event, answered_event, thing = _PAUSES[name]
    asked, answered = day_of(events, asked_event), day_of(events, answered_event)
    _in_order(asked_event, asked, answered_event, answered)
    if asked is None:
        return set(), []
    if within is not None and asked > within.after(start):
        return set(), [f"We asked for {thing} on {asked}, later than {within} after the start: that earns no pause."]
    if answered is None:
        return set(), [f"We asked for {thing} on {asked} and have no answer yet: no pause is counted until it is here."]
    days = (answered - asked).days
    return {asked + timedelta(days=n) for n in range(days)}, [f"{days} days of waiting for {thing} ({asked} to {answered}) are added."]


def _in_order(first_name: str, first: date | None, second_name: str, second: date | None) -> None:
    if first and second and second < first:
        raise LawInputError(f"events: {second_name}={second} is before {first_name}={first}. Correct one of the two.")
