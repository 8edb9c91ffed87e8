"""When face data must be gone under a law: `destruction()`, the earliest leg that the known facts give a date to.

Months and years clamp down, nothing rolls forward, nothing is read from a clock: the same facts give the same answer for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from compliance.law import regimes
from compliance.law.errors import LawInputError
from compliance.law.facts import Fact, day, day_of
from compliance.law.legs import DatedLeg, dated, known_events, reaches
from compliance.law.regimes import Law
from compliance.law.tables import rows

ALERT_OVERDUE = "ALERT_OVERDUE"
SUSPEND_THEN_DESTROY = "SUSPEND_THEN_DESTROY"
ESCALATE_CONFLICT = "ESCALATE_CONFLICT"
NO_STATUTORY_DATE = "NO_STATUTORY_DATE"
RUN_REVIEW = "RUN_REVIEW"

MULTI = "MULTI"
PHOTOS = frozenset({"photo", "photograph"})
REVIEWED_ONLY = PHOTOS | {"annual_review"}
_BACKUP_EVENTS = frozenset({"live_erasure", "backup_restored"})


@dataclass(frozen=True)
class Destruction:
    """The last lawful day to hold the data, which leg won, and what to do.

    `destroy_by` is empty where the law sets no date or a court's order suspends it. `next_action` is empty or one of the
    constants of this module. `law` is the law that controls, `confidence` SETTLED or INTERPRETIVE.
    """

    law: str
    controlling_trigger: str
    destroy_by: date | None
    next_action: str
    confidence: str
    citation: str
    trace: tuple[str, ...]


def destruction(*, law: str, category: str, events: Mapping[str, Fact]) -> Destruction:
    """Work out the date for data of `category` under `law` (a code, a jurisdiction, or `MULTI` with `subject_laws=IL,TX`).

    Raises `LawInputError` for an unknown law or event, a value that cannot be read, or when no known fact starts any clock:
    a date is never invented.
    """
    _check(events)
    named = _laws(law, events)
    backup = bool(_BACKUP_EVENTS & set(events)) or any(word in category.lower() for word in ("backup", "archive"))
    bound, excused = _bound(named, category, events)
    found = _legs(bound, events, backup, reviews_only=category.lower() in REVIEWED_ONLY)
    if not found:
        return _without_date(named, bound, excused)
    # Of equal dates the first in the table wins; a leg without a date (an archive that may wait) only wins alone.
    first = min(found, key=lambda one: one.due or date.max)
    trace = (*excused, *(one.said for one in found), *_remarks(events))
    answer = Destruction(first.leg.law, first.trigger, first.due, "", _confidence(first, events), first.leg.citation, trace)
    return _act(answer, first, {one.leg.law for one in found}, events)


def _check(events: Mapping[str, Fact]) -> None:
    kinds = {row["event"]: row["kind"] for row in rows("destruction_events")}
    for name, value in events.items():
        if name not in kinds:
            raise LawInputError(f"events: “{name}” is not known. Known: {', '.join(kinds)}.")
        kind = kinds[name]
        if kind == "date" or (kind == "date_or_yes" and value not in ("yes", "no")):
            day(name, value)
        if kind == "yes_no" and value not in ("yes", "no"):
            raise LawInputError(f"events: {name}={value} must be yes or no.")
    served, released = day_of(events, "court_subpoena"), day_of(events, "subpoena_released")
    if served and released and released < served:
        raise LawInputError(f"events: subpoena_released={released} is before court_subpoena={served}. Correct one of the two.")


def _laws(law: str, events: Mapping[str, Fact]) -> tuple[Law, ...]:
    if law.strip().upper() != MULTI:
        return regimes.destruction_laws(law)
    named = [code for code in str(events.get("subject_laws", "")).split(",") if code.strip()]
    if not named:
        raise LawInputError("events: law MULTI needs subject_laws, such as subject_laws=IL,TX,CO.")
    return tuple(dict.fromkeys(found for code in named for found in regimes.destruction_laws(code)))


def _bound(named: tuple[Law, ...], category: str, events: Mapping[str, Fact]) -> tuple[list[Law], list[str]]:
    """The laws that reach this data, and a sentence for each that does not."""
    bound, excused = [], []
    for law in named:
        outside = reaches(law, events)
        if outside:
            excused.append(f"{outside.leg.law}: {outside.leg.words}. {outside.leg.citation}")
        elif law.photo_exempt and category.lower() in PHOTOS and not dated(law, events, kind="review", backup=False):
            excused.append(f"{law.code}: a photograph as such is no biometric identifier under this law. {law.citation}")
        else:
            bound.append(law)
    return bound, excused


def _legs(laws: list[Law], events: Mapping[str, Fact], backup: bool, *, reviews_only: bool) -> list[DatedLeg]:
    """Dates of the rule; else what stands in for them; else the next review."""
    found: list[DatedLeg] = []
    for law in laws:
        legs = [] if reviews_only else dated(law, events, kind="leg", backup=backup)
        legs = legs or ([] if reviews_only else dated(law, events, kind="fallback", backup=backup))
        found += legs
    if found:
        return found
    return [one for law in laws for one in dated(law, events, kind="review", backup=backup)]


def _without_date(named: tuple[Law, ...], bound: list[Law], excused: list[str]) -> Destruction:
    if bound:
        needs = "; ".join(f"{law.code} counts from {', '.join(known_events(law)) or 'nothing of its own'}" for law in bound)
        raise LawInputError(f"events: no fact here starts a clock. {needs}. Add one of them.")
    codes = ",".join(law.code for law in named)
    trace = (*excused, "No law named here sets a date. Keep to the operator's own policy.")
    return Destruction(codes, "exempt", None, NO_STATUTORY_DATE, "SETTLED", "; ".join(law.citation for law in named), trace)


def _confidence(first: DatedLeg, events: Mapping[str, Fact]) -> str:
    disputed = first.floored or events.get("training_opt_in") == "yes" or _internal_hold(events)
    return "INTERPRETIVE" if disputed else first.leg.confidence


def _remarks(events: Mapping[str, Fact]) -> list[str]:
    if events.get("training_opt_in") != "yes":
        return []
    return ["An opt-in to training is a purpose of its own: it does not keep what was collected for another purpose."]


def _act(answer: Destruction, first: DatedLeg, bound: set[str], events: Mapping[str, Fact]) -> Destruction:
    if first.due is None:
        return replace(answer, next_action=NO_STATUTORY_DATE)
    if first.leg.kind == "review":
        return replace(answer, next_action=RUN_REVIEW)
    answer = _suspended(answer, first.due, events)
    if answer.destroy_by is not None and _internal_hold(events):
        answer = _held(answer, bound)
    if not answer.next_action and answer.destroy_by and answer.destroy_by < _latest(events):
        answer = replace(answer, next_action=ALERT_OVERDUE)
    return answer


def _suspended(answer: Destruction, due: date, events: Mapping[str, Fact]) -> Destruction:
    """A valid warrant or court subpoena suspends the schedule; what fell due meanwhile is due on the day of release."""
    served, released = day_of(events, "court_subpoena"), day_of(events, "subpoena_released")
    if (served is None and released is None) or (released and released <= due):
        return answer
    until = f"until its release on {released}" if released else "and is not released yet"
    said = f"A court's order suspends the destruction due on {due} {until}."
    return replace(
        answer,
        controlling_trigger="hold_release",
        destroy_by=released,
        next_action=SUSPEND_THEN_DESTROY,
        trace=(*answer.trace, said),
    )


def _held(answer: Destruction, bound: set[str]) -> Destruction:
    """An internal litigation hold: some laws let data be kept for claims, the others name no such exception."""
    silent = sorted(code for code in bound if not regimes.laws()[code].claims_hold)
    if silent:
        said = f"{', '.join(silent)} has no exception for an internal litigation hold: counsel decides, the date stays."
        return replace(answer, next_action=ESCALATE_CONFLICT, trace=(*answer.trace, said))
    said = "Kept for legal claims, which this law allows; due on the day the hold is released."
    return replace(
        answer,
        controlling_trigger="hold_release",
        destroy_by=None,
        next_action=SUSPEND_THEN_DESTROY,
        trace=(*answer.trace, said),
    )


def _internal_hold(events: Mapping[str, Fact]) -> bool:
    return events.get("internal_litigation_hold", "no") != "no"


def _latest(events: Mapping[str, Fact]) -> date:
    """The latest day on which something happened. Ends that were only planned have not happened."""
    happened = [row["event"] for row in rows("destruction_events") if row["kind"].startswith("date") and not row["planned"]]
    values = [(name, events[name]) for name in happened if events.get(name) not in (None, "yes", "no")]
    return max((day(name, value) for name, value in values), default=date.min)
