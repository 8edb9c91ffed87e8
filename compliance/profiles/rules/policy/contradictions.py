"""Sentences of one text that cannot both be true: "deleted at once" here, "kept for 30 days" there."""

from collections.abc import Iterator, Sequence

from compliance.profiles.rules.policy.concepts import Meaning
from compliance.profiles.rules.policy.conditions import any_holds, condition, holds, names
from compliance.profiles.rules.policy.tables import Rule, rules

OBJECTS = ("photo", "portrait", "face", "derived", "model", "data")
CAPPED = condition("delete&cap")
NOT_CAPPED = condition("any:keep&at_least backup billing law later answer opt_in any:withdraw delete_request request")
STARTS = ("uploaded_at", "delivered_at", "process", "account", "account_life", "use", "close", "see", "place", "train", "after_visit")


def contradictions(meanings: Sequence[Meaning]) -> Iterator[Meaning]:
    """The later sentence of every pair that does not agree; each sentence once."""
    sides = frozenset(name for rule in rules("pair") for asked in (rule.when, rule.against) for name in names(asked[:1]))
    spoken = [said for said in meanings if not (sides.isdisjoint(said.marks) or said.sentence.question or said.sentence.heading)]
    seen: set[int] = set()
    for rule in rules("pair"):
        for said in _against(rule, spoken):
            seen.add(id(said))
    for said in _other_times(spoken):
        seen.add(id(said))
    yield from (said for said in spoken if id(said) in seen)


def _against(rule: Rule, spoken: Sequence[Meaning]) -> Iterator[Meaning]:
    """Both ways round, one pass: for each object the first sentence of either side is enough to convict a later one of the other."""
    first: set[str] = set()
    second: set[str] = set()
    for said in spoken:
        meets, opposes = holds(rule.when, said), holds(rule.against, said)
        if not (meets or opposes) or any_holds(rule.unless, said):
            continue
        here = _objects(said)
        if (opposes and not meets and here & first) or (meets and not opposes and here & second):
            yield said
        first |= here if meets else set()
        second |= here if opposes else set()


def _objects(said: Meaning) -> set[str]:
    """What a sentence is about; "your data" counts only when nothing closer is named."""
    named = {name for name in OBJECTS if name in said.marks}
    return named - {"data"} or named


def _other_times(spoken: Sequence[Meaning]) -> Iterator[Meaning]:
    """Two different times for the deletion of the same thing, counted from the same event."""
    told: dict[tuple[frozenset[str], frozenset[str]], float] = {}
    for said in spoken:
        caps = said.marks.get("cap", [])
        if len(caps) != 1 or not holds(CAPPED, said) or any_holds(NOT_CAPPED, said) or not caps[0].quantity:
            continue
        key = (frozenset(_objects(said)), frozenset(name for name in STARTS if name in said.marks))
        seconds = caps[0].quantity.seconds
        if key[0] and told.setdefault(key, seconds) != seconds:
            yield said
