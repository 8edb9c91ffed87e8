"""What changed between two versions of a notice, in the operator's words, and whether people must be asked again.

A text reaches further when its purpose, its term, a category or its window, a recipient or a recipient's class grows. Then no
earlier release covers what is new (C12). What only shrinks, or says the same in other words, asks nobody again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from compliance.core.durations import Duration
from consent.rules import texts
from consent.rules.facts import Facts

# The operator's officers read these in English.
OFFICERS = "en"
# What a person agreed that it is used for.
PURPOSE_FACTS: Mapping[str, str] = {
    "result": "What the scan makes changed",
    "party_use": "What the party may use it for changed",
}


@dataclass(frozen=True)
class Difference:
    """One thing that changed, and whether the text reaches further by it."""

    words: str
    grew: bool


def stored(facts: Facts) -> dict[str, Any]:
    """Facts as they are kept with a notice, to compare the next version with: as the database will give them back."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(facts)))
    return kept


def differences(before: Mapping[str, Any], after: Facts) -> list[Difference]:
    """What changed since the version whose stored facts are `before`; the same facts give nothing.

    A version that kept no facts cannot be compared: people are asked again.
    """
    if not before:
        return [Difference("The version before cannot be compared: it kept no facts", grew=True)]
    now = stored(after)
    return [
        *_purpose(before, now),
        *_kept(before["kept"], now["kept"]),
        *_durations(before, now),
        *_recipients(before["recipients"], now["recipients"]),
        *_particulars(before, now),
    ]


def _purpose(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name, words in PURPOSE_FACTS.items():
        if before[name] != now[name]:
            yield Difference(f"{words}: “{before[name]}” became “{now[name]}”", grew=True)
    if now["model_for_scan"] != before["model_for_scan"]:
        which = "may now" if now["model_for_scan"] else "may no longer"
        yield Difference(f"A model of the person {which} be built for the scan", grew=now["model_for_scan"])


def _kept(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    old = {kept["category"]: list(kept["ends"]) for kept in before}
    new = {kept["category"]: list(kept["ends"]) for kept in now}
    for category in new.keys() - old.keys():
        yield Difference(f"Newly stored: {_named(category)}, until {_ends(new[category])}", grew=True)
    for category in old.keys() - new.keys():
        yield Difference(f"No longer stored: {_named(category)}", grew=False)
    for category, ends in new.items():
        if category in old and ends != old[category]:
            longer = not within(ends, old[category])
            kept = "may be kept longer" if longer else "ends no later than before"
            yield Difference(f"{_named(category)} {kept}: {_ends(old[category])} became {_ends(ends)}", grew=longer)


def within(ends: Sequence[str], bounds: Sequence[str]) -> bool:
    """Whether the earliest of `ends` never comes after the earliest of `bounds`, whatever happens.

    That is so when each bound has an end on the same trigger that is no longer.
    """
    return all(any(_trigger(end) == _trigger(bound) and _length(end) <= _length(bound) for end in ends) for bound in bounds)


def _durations(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name, words in (("term", "The term of the release"), ("backup_age", "The age of the oldest backup")):
        if before[name] != now[name]:
            # An empty age is no backup at all.
            grew = _days(now[name]) > _days(before[name])
            yield Difference(f"{words} {'grew' if grew else 'changed'}: {_term(before[name])} became {_term(now[name])}", grew=grew)


def _recipients(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    old, new = {one["slug"]: one for one in before}, {one["slug"]: one for one in now}
    for slug in new.keys() - old.keys():
        yield Difference(f"New recipient: {new[slug]['name']}", grew=True)
    for slug in old.keys() - new.keys():
        yield Difference(f"No longer a recipient: {old[slug]['name']}", grew=False)
    for slug in new.keys() & old.keys():
        yield from _recipient(old[slug], new[slug])


def _recipient(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    if old["role"] != new["role"]:
        yield Difference(f"{new['name']} is now a {new['role'] or 'company'}, it was a {old['role'] or 'company'}", grew=True)
    for what in ("name", "country"):
        if old[what] != new[what]:
            yield Difference(f"The {what} of recipient {old['slug']} changed: “{old[what]}” became “{new[what]}”", grew=False)


def _particulars(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name, value in now["who"].items():
        if before["who"].get(name) != value:
            yield Difference(f"The controller’s particulars changed: {name.replace('_', ' ')}", grew=False)
    for name in ("minors", "backup_cycle"):
        if before[name] != now[name]:
            yield Difference(f"The profile changed: {name.replace('_', ' ')} is now “{now[name]}”", grew=False)


def _named(category: str) -> str:
    return f"“{texts.category_words(category, OFFICERS)}”"


def _ends(ends: Sequence[str]) -> str:
    return ", or ".join(texts.end_words(end, OFFICERS) for end in ends)


def _term(text: str) -> str:
    return texts.duration_words(Duration.parse(text), OFFICERS) if text else "none"


def _trigger(end: str) -> str:
    return end.partition(" + ")[0]


def _length(end: str) -> float:
    """In days. A trigger without a duration is acted on at once."""
    return _days(end.partition(" + ")[2])


def _days(text: str) -> float:
    return Duration.parse(text).longest_days() if text else 0.0
