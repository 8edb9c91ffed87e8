"""By when a request must be acknowledged and answered: `deadline()` for one law, `for_request()` for all that apply.

Two dates per duty: `..._due` is the outer legal date, on which a breach is reported; `..._due_safe` is the one to work to
(never moved off a weekend, no credit that could be disputed).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from compliance.law import regimes
from compliance.law.arithmetic import after_elapsed_hours, end_of_local_day, local_date
from compliance.law.calendars import Calendar, calendar_named
from compliance.law.clocks import Clock, canonical_type, event_notes, find
from compliance.law.counting import Count, count, ends
from compliance.law.errors import LawInputError
from compliance.law.facts import Fact, day_of, moment
from compliance.law.regimes import Jurisdiction, Law

FACTS = frozenset(
    {
        "extended",
        "id_requested",
        "id_received",
        "verified",
        "clarification_requested",
        "clarification_received",
        "fee_requested",
        "fee_paid",
        "hosted_form_submitted",
        "officer_opened",
        "aware",
    }
)
_WHY_EARLIER = {
    "no_roll": "since a date moved off a weekend or holiday is not to be leaned on",
    "no_roll_no_pause": "since neither a day off nor a pause is to be leaned on",
    "day_earlier": "since the day of receipt may count as day one and Saturdays as business days",
}


@dataclass(frozen=True)
class Deadline:
    """Everything one law sets for one request. An empty date means that the law sets none.

    Dates are days in `tz`, the last day on which acting is in time; a `..._excl_utc` is the first instant that is late.
    Only a breach notification has instants (`datetime`) in `respond_due`, `respond_due_safe` and `final_due`.
    """

    law: str
    request_type: str
    tz: str
    received_local_date: date
    citation: str
    source_status: str
    trace: tuple[str, ...]
    jurisdiction: str = ""
    calendar: str = ""
    confidence: str = "SETTLED"
    ack_due: date | None = None
    ack_due_safe: date | None = None
    respond_due: date | None = None
    respond_due_safe: date | None = None
    respond_due_excl_utc: datetime | None = None
    extension_notice_due: date | None = None
    extension_notice_due_safe: date | None = None
    extended_due: date | None = None
    extended_due_safe: date | None = None
    final_due: date | None = None
    final_due_excl_utc: datetime | None = None


def deadline(
    *,
    law: str,
    request_type: str,
    received_at: datetime,
    tz: str,
    events: Mapping[str, Fact] | None = None,
    calendar: str | None = None,
) -> Deadline:
    """The dates that `law` sets for a request received at the aware instant `received_at`, counted in the zone `tz`.

    `events` holds facts such as `extended`, `id_requested`, `id_received` (all: law vectors, "Events"); others change nothing.
    `calendar` names a holiday list; without it the place of `tz` decides. Raises `LawInputError` for unreadable input.
    """
    facts = events or {}
    unknown = tuple(f"“{name}” is not a fact we know here: it changed nothing." for name in facts if name not in FACTS)
    ruling = regimes.request_law(law)
    kind = canonical_type(request_type)
    received = local_date(received_at, tz)
    clock = find(ruling, kind, received)
    if clock is None:
        return _none(ruling, request_type, tz, received)
    blank = Deadline(
        law=ruling.code,
        request_type=request_type,
        tz=tz,
        received_local_date=received,
        confidence=clock.confidence,
        source_status=clock.source_status,
        citation=clock.citation,
        trace=(clock.words, *unknown),
    )
    if clock.respond is not None and clock.respond.unit == "h":
        return _in_hours(blank, clock.respond.number, received_at, facts)
    return _noted(_in_days(blank, clock, _calendar(clock, tz, calendar), facts), facts)


def for_request(
    jurisdictions: Iterable[str],
    request_type: str,
    received_at: datetime,
    operator_served: Iterable[str] = (),
    *,
    events: Mapping[str, Fact] | None = None,
    tz: str | None = None,
) -> list[Deadline]:
    """The deadlines of every law that protects a person, the earliest final date first, laws without a date last.

    Unknown or missing jurisdictions bring in all that the operator serves. `tz` is the operator's own zone where it counts;
    without it each place's zone is used. The legal deadline is `earliest(...)` of the result.
    """
    places = regimes.effective(jurisdictions, operator_served)
    found = [_for_place(place, law, request_type, received_at, events, tz) for place in places for law in place.request_laws]
    return sorted(found, key=lambda one: one.final_due_excl_utc or datetime.max.replace(tzinfo=UTC))


def earliest(deadlines: Iterable[Deadline]) -> Deadline | None:
    """The deadline that ends first; None when no law sets one (never show an invented date then)."""
    dated = [one for one in deadlines if one.final_due_excl_utc is not None]
    return min(dated, key=lambda one: one.final_due_excl_utc or datetime.max.replace(tzinfo=UTC), default=None)


def _for_place(
    place: Jurisdiction, law: str, request_type: str, received_at: datetime, events: Mapping[str, Fact] | None, tz: str | None
) -> Deadline:
    found = deadline(law=law, request_type=request_type, received_at=received_at, tz=tz or place.tz, events=events, calendar=place.calendar)
    return replace(found, jurisdiction=place.code)


def _none(law: Law, request_type: str, tz: str, received: date) -> Deadline:
    why = "gives no right to make requests" if law.requests == "none" else f"sets no date for “{request_type}”"
    return Deadline(
        law=law.code,
        request_type=request_type,
        tz=tz,
        received_local_date=received,
        citation=law.citation,
        source_status=law.source_status,
        trace=(f"{law.name} {why}: there is no legal date to show.",),
    )


def _calendar(clock: Clock, tz: str, name: str | None) -> Calendar:
    if clock.calendar != "by_zone":
        return calendar_named(clock.calendar)
    if name is None:
        name = next((place.calendar for place in regimes.jurisdictions().values() if place.tz == tz), "")
    return calendar_named(name)


def _in_days(blank: Deadline, clock: Clock, calendar: Calendar, facts: Mapping[str, Fact]) -> Deadline:
    counted = count(clock, blank.received_local_date, facts)
    found = replace(blank, calendar=calendar.name, trace=blank.trace + counted.trace)
    if clock.ack:
        due, safe = ends(clock, calendar, clock.ack, counted)
        found = replace(found, ack_due=due, ack_due_safe=safe, final_due=due)
    if clock.respond:
        due, safe = ends(clock, calendar, clock.respond, counted)
        late = end_of_local_day(due, blank.tz)
        said = (f"Due within {clock.respond}: {due}. {_to_work_to(clock, due, safe)}", *_uncovered(clock, calendar, due))
        found = replace(found, respond_due=due, respond_due_safe=safe, respond_due_excl_utc=late, final_due=due)
        found = replace(found, trace=found.trace + said)
    found = _extended(found, clock, calendar, counted, facts)
    late_at = end_of_local_day(found.final_due, blank.tz) if found.final_due else None
    return replace(found, final_due_excl_utc=late_at)


def _extended(found: Deadline, clock: Clock, calendar: Calendar, counted: Count, facts: Mapping[str, Fact]) -> Deadline:
    if clock.extended is None or found.respond_due is None:
        return found
    due, safe = ends(clock, calendar, clock.extended, counted)
    last_notice = found.respond_due
    found = replace(
        found,
        extension_notice_due=last_notice,
        # Where a law leaves one reading the vectors state the notice date once.
        extension_notice_due_safe=None if clock.safe == "same" else found.respond_due_safe,
        extended_due=due,
        extended_due_safe=safe,
    )
    sent = day_of(facts, "extended")
    if sent is None:
        return found
    if sent < counted.arrived:
        raise LawInputError(f"events: extended={sent} is before the request arrived on {counted.arrived}. Correct one of the two.")
    if sent > last_notice:
        said = f"The extension notice of {sent} came after {last_notice} and does not count."
        return replace(found, trace=(*found.trace, said))
    said = f"Extended by the notice of {sent}: {clock.extended} from the start of the clock, {due}."
    return replace(found, final_due=due, trace=(*found.trace, said))


def _to_work_to(clock: Clock, due: date, safe: date) -> str:
    return f"Work to {safe}, {_WHY_EARLIER[clock.safe]}." if safe < due else "Nothing moves this date."


def _uncovered(clock: Clock, calendar: Calendar, due: date) -> tuple[str, ...]:
    if not (clock.rolls or clock.calendar) or calendar.covers(due):
        return ()
    return (f"We hold no public holidays of this place for {due.year}: only weekends are counted as days off.",)


def _in_hours(blank: Deadline, hours: int, received_at: datetime, facts: Mapping[str, Fact]) -> Deadline:
    aware = moment("aware", facts["aware"]) if "aware" in facts else received_at
    outer, safe = after_elapsed_hours(aware, hours, blank.tz)
    late = outer.astimezone(UTC)
    said = f"{hours} elapsed hours after {aware.isoformat()} end at {safe.isoformat()}, at the latest {outer.isoformat()}."
    return replace(
        blank,
        respond_due=outer,
        respond_due_safe=safe,
        respond_due_excl_utc=late,
        final_due=outer,
        final_due_excl_utc=late,
        trace=(*blank.trace, said),
    )


def _noted(found: Deadline, facts: Mapping[str, Fact]) -> Deadline:
    """Carry what the mention of certain events means for confidence, source and citation."""
    for note in event_notes():
        if note.law != found.law or note.event not in facts:
            continue
        cites = found.citation if not note.cite or note.cite in found.citation else f"{found.citation}; {note.cite}"
        found = replace(
            found,
            confidence=note.confidence or found.confidence,
            source_status=note.source_status or found.source_status,
            citation=cites,
            trace=(*found.trace, note.words) if note.words else found.trace,
        )
    return found
