"""The latest moment an artifact may still exist by statute: `due <= min(cap)` (domain.md, invariant 2).

Stricter than `destruction`, on purpose: an upload counts as an interaction, a withdrawal as the end of the purpose.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from compliance.law import regimes
from compliance.law.arithmetic import Length
from compliance.law.legs import DatedLeg, Leg, dated, legs
from compliance.law.regimes import Jurisdiction, Law

# The service's trigger on the left is a fact of the law's on the right. Where the law's own fact is given too, both are looked at.
SAME_FACT = {
    "user_request": "delete_request",
    "account_closed": "service_ended",
    "consent_expired": "consent_withdrawn",
}
# Any of these may be the last time a person was there: a window counted from one of them is bound like `last_interaction`.
MAY_BE_LAST_INTERACTION = (
    "last_interaction",
    "uploaded",
    "processing_completed",
    "processing_failed",
    "session_ended",
    "result_delivered",
    "output_downloaded",
)


@dataclass(frozen=True)
class Cap:
    """The latest lawful moment under one rule. `due` is aware, in UTC; `rule` is a sentence for the trace of a due date."""

    due: datetime
    rule: str
    citation: str
    law: str
    jurisdiction: str
    trigger: str
    confidence: str


@dataclass(frozen=True)
class Limit:
    """How long a window may be that starts at one of `triggers`: the length of a leg, in months or in days."""

    triggers: tuple[str, ...]
    months: int
    days: int
    law: str
    jurisdiction: str
    rule: str
    citation: str

    def is_exceeded_by(self, *, months: int = 0, length: timedelta = timedelta()) -> bool:
        """Could a window of `months` plus `length` end after this limit, on any day it may start?

        Years are 12 months. Months against months compare as such; mixed with days, the longest months (31 days, at most 366 a
        year) stand against the shortest (28 days, at least 365 a year).
        """
        if not length and not self.days:
            return months > self.months
        return _longest(months) + length > _shortest(self.months) + timedelta(days=self.days)


def cap(
    jurisdictions: Iterable[str],
    category_is_biometric: bool,
    facts: Mapping[str, datetime],
    operator_served: Iterable[str] = (),
) -> list[Cap]:
    """Every statutory cap for an artifact of a person under `jurisdictions`, the earliest first; empty when no law sets one.

    `facts` are aware instants by trigger: `last_interaction`, `purpose_satisfied`, `consent_withdrawn`, `uploaded`, ... Names the
    law does not know are passed over. Data that is no biometric identifier is capped only by laws on personal data as such.
    """
    known = _as_the_law_calls_them(facts)
    found = [
        one
        for place in regimes.effective(jurisdictions, operator_served)
        for law in _laws(place, category_is_biometric)
        for one in _caps_of(place, law, known)
    ]
    return sorted(found, key=lambda one: one.due)


def longest_allowed(jurisdiction: str, *, biometric: bool = True) -> list[Limit]:
    """The longest windows a profile may promise where the operator serves `jurisdiction` (an unknown one: all places we know)."""
    return [
        _limit(place, leg, leg.offset)
        for place in regimes.effective([jurisdiction])
        for law in _laws(place, biometric)
        for leg in legs()
        if leg.law == law.code and leg.kind == "leg" and leg.copies != "backup" and leg.offset and leg.event in _PROFILE_TRIGGERS
    ]


_PROFILE_TRIGGERS = {
    "last_interaction": MAY_BE_LAST_INTERACTION,
    "purpose_satisfied": ("purpose_satisfied",),
    "consent_withdrawn": ("consent_withdrawn", "consent_expired"),
    "delete_request": ("user_request",),
    "service_ended": ("account_closed",),
}


def _laws(place: Jurisdiction, biometric: bool) -> list[Law]:
    named = [regimes.laws()[name] for name in place.destruction_laws]
    return [law for law in named if biometric or not law.biometric_only]


def _as_the_law_calls_them(facts: Mapping[str, datetime]) -> dict[str, datetime]:
    known = dict(facts)
    for ours, theirs in SAME_FACT.items():
        if ours in facts:
            known[theirs] = min(facts[ours], facts.get(theirs, facts[ours]))
    if "uploaded" in facts:
        known.setdefault("last_interaction", facts["uploaded"])
    return known


def _caps_of(place: Jurisdiction, law: Law, facts: Mapping[str, datetime]) -> list[Cap]:
    utc = {name: at.astimezone(UTC) for name, at in facts.items()}
    return [
        Cap(_at(one.due, one, utc), one.said, one.leg.citation, law.code, place.code, one.trigger, one.leg.confidence)
        for one in dated(law, utc, kind="leg", backup=False, caps=True)
        if one.due is not None
    ]


def _at(due: date, one: DatedLeg, utc: Mapping[str, datetime]) -> datetime:
    """The exact anniversary of the fact, which is never later than the end of the legal day; a floored date begins its day."""
    return datetime.combine(due, time() if one.floored else utc[one.leg.event].time(), UTC)


def _limit(place: Jurisdiction, leg: Leg, offset: Length) -> Limit:
    months = offset.number * {"y": 12, "m": 1}.get(offset.unit, 0)
    days = offset.number if offset.unit == "d" else 0
    rule = f"{leg.law}: {leg.words}"
    return Limit(_PROFILE_TRIGGERS[leg.event], months, days, leg.law, place.code, rule, leg.citation)


def _longest(months: int) -> timedelta:
    years, rest = divmod(months, 12)
    return timedelta(days=366 * years + 31 * rest)


def _shortest(months: int) -> timedelta:
    years, rest = divmod(months, 12)
    return timedelta(days=365 * years + 28 * rest)
