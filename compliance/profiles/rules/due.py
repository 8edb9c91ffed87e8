"""When an artifact must be gone, and why, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from compliance.core import clock
from compliance.core.taxonomy import Trigger
from compliance.profiles.rules.format import Clause, entry_of


class Cap(Protocol):
    """A statutory limit, as `compliance.law` computes it."""

    @property
    def due(self) -> datetime: ...

    @property
    def rule(self) -> str: ...


@dataclass(frozen=True)
class Due:
    """The due moment and its trace: one line a rule, the one that won first."""

    at: datetime
    trace: tuple[str, ...]


def due(document: Mapping[str, Any], category: str, facts: Mapping[Trigger, datetime], caps: Sequence[Cap] = ()) -> Due | None:
    """The earliest of all clauses whose trigger happened, and of the statutory caps. None when the category is never kept."""
    entry = entry_of(document, category)
    if entry is None:
        return None
    legs: list[tuple[datetime, str]] = []
    waiting: list[str] = []
    for text in entry["until"]:
        clause = Clause.parse(text)
        words = f"profile: {clause.after.in_words()} after {clause.trigger.replace('_', ' ')}"
        if clause.trigger in facts:
            legs.append((clause.after.after(facts[clause.trigger]), words))
        else:
            waiting.append(f"{words} has not begun")
    legs += [(cap.due, f"law: {cap.rule}") for cap in caps]
    if not legs:
        return None
    legs.sort()
    first, *others = (f"{words}, so {clock.to_text(at)}" for at, words in legs)
    return Due(legs[0][0], (f"{first} (decides)", *others, *waiting))
