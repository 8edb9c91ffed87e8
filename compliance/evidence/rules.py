"""What a certificate may claim. Pure: reads the content of a certificate, decides nothing else.

The shape of that content is written down in docs/evidence.md ("efface-certificate/1").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Artifact = Mapping[str, Any]
# The rungs a certificate lists, in the order they are climbed, and where the time of each is kept.
LADDER: tuple[tuple[str, str | None], ...] = (
    ("called", "called_at"),
    ("acknowledged", "acknowledged_at"),
    ("absent", "absent_at"),
    ("purged", "purged_at"),
    ("parties_confirmed", None),
    ("backups_expired", None),
)
RUNGS = ("planned", *(rung for rung, _ in LADDER))
# Only a negative read makes a thing gone (design: architecture, rule 5).
GONE = frozenset(RUNGS[RUNGS.index("absent") :])


class Standing(StrEnum):
    """What the headline may say."""

    NOTHING = "nothing"  # there was nothing to destroy
    NONE_GONE = "none_gone"
    SOME_GONE = "some_gone"
    ALL_GONE = "all_gone"  # each one read back and not found; copies in backups may remain
    FINAL = "final"  # the last rung, for each one: the only state that may be called permanent


@dataclass(frozen=True)
class Step:
    """One rung over all artifacts: how many reached it, and when the last one did (where a time is kept)."""

    rung: str
    reached: int
    of: int
    last_at: str | None
    by: str | None

    @property
    def state(self) -> str:
        return "done" if self.reached == self.of else "part" if self.reached else "open"


def standing(artifacts: Sequence[Artifact]) -> Standing:
    """The most that can be said of all artifacts together."""
    gone = sum(artifact["rung"] in GONE for artifact in artifacts)
    if not artifacts:
        return Standing.NOTHING
    if all(artifact["rung"] == "backups_expired" for artifact in artifacts):
        return Standing.FINAL
    if gone == len(artifacts):
        return Standing.ALL_GONE
    return Standing.SOME_GONE if gone else Standing.NONE_GONE


def gone(artifacts: Sequence[Artifact]) -> int:
    """How many were looked for and not found."""
    return sum(artifact["rung"] in GONE for artifact in artifacts)


def ladder(content: Mapping[str, Any]) -> list[Step]:
    """One step per rung; `by` is the day that `still_to_come` names for one ahead. Parties are a step only where they were asked."""
    artifacts = content["artifacts"]
    due = {item["what"]: item.get("by") for item in content.get("still_to_come", [])}
    due["backups_expired"] = due.get("backups_expired") or due.get("backups")
    steps = [_step(rung, time, artifacts, due.get(rung)) for rung, time in LADDER]
    return [step for step in steps if step.rung != "parties_confirmed" or step.reached or "parties_confirmed" in due]


def _step(rung: str, time: str | None, artifacts: Sequence[Artifact], by: str | None) -> Step:
    above = frozenset(RUNGS[RUNGS.index(rung) :])
    there = [artifact for artifact in artifacts if artifact["rung"] in above or (time and artifact.get(time))]
    times = sorted(artifact[time] for artifact in there if time and artifact.get(time))
    return Step(rung, len(there), len(artifacts), times[-1] if times else None, by)


@dataclass(frozen=True)
class Group:
    """Artifacts that differ in nothing but their numbers and the seconds: how a long certificate lists them."""

    like: Artifact
    ids: tuple[str, ...]
    told: tuple[str, str] | None
    absent: tuple[str, str] | None
    purged: tuple[str, str] | None


# Longer lists are grouped: a row each would cost 20 ms each, and a document must be rendered well within a lease.
ROWS = 60
_ALIKE = ("words", "store", "system", "method", "rung", "detail", "backups_until")


def groups(artifacts: Sequence[Artifact]) -> list[Group]:
    """The artifacts by what they have in common, in the order of their first; times as (first, last)."""
    alike: dict[tuple[Any, ...], list[Artifact]] = {}
    for artifact in artifacts:
        alike.setdefault(tuple(artifact.get(name) for name in _ALIKE), []).append(artifact)
    return [
        Group(same[0], tuple(one["id"] for one in same), _span(same, "called_at"), _span(same, "absent_at"), _span(same, "purged_at"))
        for same in alike.values()
    ]


def _span(artifacts: Sequence[Artifact], time: str) -> tuple[str, str] | None:
    times = sorted(artifact[time] for artifact in artifacts if artifact.get(time))
    return (times[0], times[-1]) if times else None
