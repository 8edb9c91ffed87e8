"""The legs of the destruction rules: which event leads to which date under which law (`data/destruction_legs.csv`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, cast

from compliance.law.arithmetic import Length, length
from compliance.law.errors import LawInputError
from compliance.law.facts import Fact, day
from compliance.law.regimes import Law
from compliance.law.tables import Row, rows, words

Kind = Literal["leg", "fallback", "review", "outside"]
Copy = Literal["any", "live", "backup"]

_ROTATION = "backup_rotation_days"  # the length stands in an event, not in the table
_TRAINING_EXEMPTION_FROM = date(2026, 1, 1)  # Tex. Bus. & Com. Code 503.001(e)(2), by HB 149


@dataclass(frozen=True)
class Leg:
    """One row. `kind`: `leg` (a date of the rule), `fallback` (only where no leg is known), `review` (a date to look again),
    `outside` (the law does not reach this data). `copies`: live data, backups, or any. `for_caps_only`: our reading for due
    dates of artifacts, no leg of the statute. `extended_*`: a longer offset once an event shows it was documented in time.
    `defers`: events whose legs give way while this event's date is later than theirs.
    """

    law: str
    event: str
    needs: tuple[str, str] | None
    offset: Length | None
    offset_from_event: str
    trigger: str
    kind: Kind
    copies: Copy
    for_caps_only: bool
    extended_by: str
    extended_offset: Length | None
    extended_trigger: str
    defers: tuple[str, ...]
    confidence: str
    source_status: str
    citation: str
    words: str

    def applies(self, events: Mapping[str, Fact]) -> bool:
        """Do the facts hold this leg's event and what it needs?"""
        return self.event in events and (self.needs is None or events.get(self.needs[0]) == self.needs[1])


@dataclass(frozen=True)
class DatedLeg:
    """A leg with the date it gives (None: the law sets none), what it counted from, and the name of what controls."""

    leg: Leg
    counted_from: date
    due: date | None
    trigger: str
    floored: bool = False

    @property
    def said(self) -> str:
        """The leg in plain words."""
        due = f"{self.due}" if self.due else "no date"
        floor = ", moved to the day the law took effect" if self.floored else ""
        return f"{self.leg.law}: {self.leg.event} {self.counted_from} gives {due} ({self.leg.words}){floor}. {self.leg.citation}"


@cache
def legs() -> tuple[Leg, ...]:
    """All rows."""
    return tuple(_leg(row) for row in rows("destruction_legs"))


def dated(law: Law, events: Mapping[str, Fact], *, kind: Kind, backup: bool, caps: bool = False) -> list[DatedLeg]:
    """The legs of one kind that the facts give a date to, under one law, for a live copy or a backup."""
    copies = ("any", "backup" if backup else "live")
    usable = [leg for leg in legs() if leg.law == law.code and leg.kind == kind and leg.copies in copies and leg.applies(events)]
    found = [_dated(leg, law, events) for leg in usable if caps or not leg.for_caps_only]
    return _without_deferred(found)


def reaches(law: Law, events: Mapping[str, Fact]) -> DatedLeg | None:
    """The leg that puts this data outside the law, or None. A later change of purpose brings it back in (503.001(f))."""
    if "purpose_change" in events:
        return None
    outside = dated(law, events, kind="outside", backup=False)
    return next((one for one in outside if one.counted_from >= _TRAINING_EXEMPTION_FROM), None)


def known_events(law: Law) -> tuple[str, ...]:
    """The events this law counts from, for messages."""
    usable = [leg for leg in legs() if leg.law == law.code and not leg.for_caps_only]
    return tuple(dict.fromkeys(f"{leg.event} (with {'='.join(leg.needs)})" if leg.needs else leg.event for leg in usable))


def _dated(leg: Leg, law: Law, events: Mapping[str, Fact]) -> DatedLeg:
    start = day(leg.event, events[leg.event])
    offset, trigger = leg.offset, leg.trigger
    if leg.offset_from_event:
        offset = _rotation(events)
    if offset is None:
        return DatedLeg(leg, start, None, trigger)
    due = offset.after(start)
    if leg.extended_offset and _documented_in_time(leg, events, due):
        due, trigger = leg.extended_offset.after(start), leg.extended_trigger
    floor = date.fromisoformat(law.effective_from) if law.effective_from else due
    return DatedLeg(leg, start, max(due, floor), trigger, floored=floor > due)


def _documented_in_time(leg: Leg, events: Mapping[str, Fact], due: date) -> bool:
    """An extension counts when its reason was written down before the first period ran out; `yes` says it was."""
    value = events.get(leg.extended_by)
    return value is not None and (value == "yes" or (value != "no" and day(leg.extended_by, value) <= due))


def _without_deferred(found: list[DatedLeg]) -> list[DatedLeg]:
    for one in found:
        beaten = [other for other in found if other.leg.event in one.leg.defers]
        if any(other.counted_from >= one.counted_from for other in beaten):
            return [other for other in found if other is not one]
        if beaten:
            return [other for other in found if other not in beaten]
    return found


def _rotation(events: Mapping[str, Fact]) -> Length:
    value = str(events.get(_ROTATION, ""))
    if not (value.isascii() and value.isdigit() and int(value) <= 3660):
        raise LawInputError(f"events: live_erasure needs {_ROTATION}=N beside it, a whole number of days. Found “{value}”.")
    return Length(int(value), "d")


def _leg(row: Row) -> Leg:
    name, equals, value = row["when"].partition("=")
    from_event = row["offset"] == _ROTATION
    return Leg(
        law=row["law"],
        event=row["event"],
        needs=(name, value) if equals else None,
        offset=None if from_event else length(row["offset"]),
        offset_from_event=row["offset"] if from_event else "",
        trigger=row["trigger"],
        kind=cast(Kind, row["kind"]),
        copies=cast(Copy, row["copy"]),
        for_caps_only=row["scope"] == "cap",
        extended_by=row["extended_by"],
        extended_offset=length(row["extended_offset"]),
        extended_trigger=row["extended_trigger"],
        defers=words(row["defers"]),
        confidence=row["confidence"],
        source_status=row["source_status"],
        citation=row["citation"],
        words=row["words"],
    )
