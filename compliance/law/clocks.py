"""The table of request clocks: which row of `data/request_clocks.csv` counts for a law, a request type and a day of receipt."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, cast

from compliance.law.arithmetic import Length, length
from compliance.law.errors import LawInputError
from compliance.law.regimes import Law
from compliance.law.tables import Row, rows, words

Safe = Literal["same", "no_roll", "no_roll_no_pause", "day_earlier"]

# Each law has its own word for the same wish; the tables use the one on the right.
SYNONYMS = {
    "know": "access",
    "confirm": "access",
    "delete": "erasure",
    "deletion": "erasure",
    "correct": "rectification",
    "rectify": "rectification",
    "restrict": "restriction",
    "port": "portability",
    "object": "objection",
    "consent_revocation": "withdraw",
    "withdrawal": "withdraw",
    "complaint_ack": "complaint",
}


@dataclass(frozen=True)
class Clock:
    """One row: lengths from receipt, what starts and pauses the count, and the authority.

    `safe` says how the date we work to is read: `no_roll` (never moved off a weekend), `no_roll_no_pause`, `day_earlier`
    (the day of receipt is day one; Saturdays are business days), `same` (the law leaves one reading).
    """

    law: str
    types: tuple[str, ...]
    effective_from: date
    effective_to: date
    ack: Length | None
    respond: Length | None
    extended: Length | None
    safe: Safe
    rolls: bool
    starts_on: tuple[str, ...]
    pauses: tuple[str, ...]
    pause_if_asked_within: Length | None
    calendar: str
    confidence: str
    source_status: str
    citation: str
    words: str


@dataclass(frozen=True)
class EventNote:
    """What the mention of an event changes about confidence, source and citation of a result, or what the trace says of it."""

    law: str
    event: str
    confidence: str
    source_status: str
    cite: str
    words: str


@cache
def clocks() -> tuple[Clock, ...]:
    """All rows."""
    return tuple(_clock(row) for row in rows("request_clocks"))


@cache
def event_notes() -> tuple[EventNote, ...]:
    """All rows of `data/event_notes.csv`."""
    return tuple(
        EventNote(row["law"], row["event"], row["confidence"], row["source_status"], row["citation"], row["words"])
        for row in rows("event_notes")
    )


def canonical_type(request_type: str) -> str:
    """The tables' word for a request type; `LawInputError` when no law knows it."""
    clean = request_type.strip().lower()
    word = SYNONYMS.get(clean, clean)
    known = {name for clock in clocks() for name in clock.types}
    if word not in known:
        raise LawInputError(f"request_type: “{request_type}” is not known. Known: {', '.join(sorted(known | set(SYNONYMS)))}.")
    return word


def find(law: Law, request_type: str, received: date) -> Clock | None:
    """The row in force on the day of receipt, or None when this law sets no clock for such a request."""
    for clock in clocks():
        if clock.law == law.code and request_type in clock.types and clock.effective_from <= received <= clock.effective_to:
            return clock
    return None


def _clock(row: Row) -> Clock:
    return Clock(
        law=row["law"],
        types=words(row["types"]),
        effective_from=date.fromisoformat(row["from"]) if row["from"] else date.min,
        effective_to=date.fromisoformat(row["to"]) if row["to"] else date.max,
        ack=length(row["ack"]),
        respond=length(row["respond"]),
        extended=length(row["extended"]),
        safe=cast(Safe, row["safe"]),
        rolls=row["roll"] == "yes",
        starts_on=words(row["starts_on"]),
        pauses=words(row["pauses"]),
        pause_if_asked_within=length(row["pause_if_asked_within"]),
        calendar=row["calendar"],
        confidence=row["confidence"],
        source_status=row["source_status"],
        citation=row["citation"],
        words=row["words"],
    )
