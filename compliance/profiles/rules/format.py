"""The format `face-profile/1`: its words, and how one entry stands for others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.core.durations import Duration
from compliance.core.taxonomy import Category, Trigger

ALL_DERIVED = "all_derived"
# Made from an upload on the way to a result; `all_derived` stands for those without an entry of their own. Models, results
# and reuse copies are never meant by it: each is a promise of its own.
DERIVED = frozenset(
    {
        Category.COMPRESSED_COPY,
        Category.THUMBNAIL,
        Category.FACE_CROP,
        Category.ALIGNED_FACE,
        Category.LANDMARKS,
        Category.EMBEDDING,
        Category.INTERMEDIATE,
        Category.METADATA,
        Category.CACHE_COPY,
    }
)
KEPT = frozenset(Category) - {Category.SUBPROCESSOR_COPY, Category.BACKUP_COPY}
METHODS = ("delete", "crypto_erase", "delete_and_compact", "destroy_model")


@dataclass(frozen=True)
class Refusal:
    """Why a profile cannot be activated: the place, the rule of the format (1 to 7; 0: not the format) and the remedy."""

    where: str
    rule: int
    says: str
    remedy: str


@dataclass(frozen=True)
class Clause:
    """One `trigger + duration` of an `until` list."""

    trigger: Trigger
    after: Duration

    @classmethod
    def parse(cls, text: Any) -> "Clause":
        """Read `uploaded + P30D`. Raises ValueError that says what to write."""
        trigger, plus, duration = (part.strip() for part in text.partition("+")) if isinstance(text, str) else ("", "", "")
        if not plus:
            raise ValueError("write “trigger + duration”, such as “uploaded + P30D”")
        if trigger not in set(Trigger):
            raise ValueError(f"“{trigger[:40]}” is not a trigger; the triggers are {', '.join(Trigger)}")
        return cls(Trigger(trigger), Duration.parse(duration))


def same_as_of(artifacts: Mapping[str, Any], name: str) -> str | None:
    """The entry whose `until` this one copies, followed to its end; None where the chain breaks or goes in a circle."""
    seen = {name}
    while isinstance(artifacts.get(name), Mapping) and "same_as" in artifacts[name]:
        name = artifacts[name]["same_as"]
        if not isinstance(name, str) or name in seen or name not in artifacts:
            return None
        seen.add(name)
    return name


def entry_of(document: Mapping[str, Any], category: str) -> Mapping[str, Any] | None:
    """The entry that governs a category, with its `until` filled in, or None when the category is never kept."""
    artifacts = document["artifacts"]
    name = category if category in artifacts else ALL_DERIVED if category in DERIVED and ALL_DERIVED in artifacts else None
    if name is None:
        return None
    source = same_as_of(artifacts, name)
    return {**artifacts[name], "until": artifacts[source]["until"]} if source else None
