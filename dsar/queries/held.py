"""What one person's session holds, for the page behind their receipt code: words and dates, no ids of any system."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.artifacts.models import Artifact
from compliance.artifacts.queries import live
from compliance.core.taxonomy import Category
from compliance.erasure.models import Order, Outcome
from consent.models import Release
from consent.queries.receipts import sealed_so_far
from consent.rules.receipts import stages
from consent.rules.texts import category_words


@dataclass(frozen=True)
class Agreed:
    """A release, and whether the receipt of its present state is sealed."""

    release: Release
    active: bool
    receipt: bool


@dataclass(frozen=True)
class Kept:
    """All things of one kind: how many, and the day on which the last of them is gone by itself."""

    words: str
    count: int
    due_at: datetime


@dataclass(frozen=True)
class Held:
    """The page. `models` are those of this person alone that can be deleted one by one; `erasing`: everything is being deleted."""

    agreed: list[Agreed]
    kept: list[Kept]
    models: list[Artifact]
    erasing: bool


def held(subject_id: UUID, *, language: str, at: datetime) -> Held:
    """What this person's session holds at `at`."""
    things = list(live(subject_id))
    going = set(Outcome.objects.filter(order__subject_id=subject_id, order__state=Order.State.OPEN).values_list("artifact_id", flat=True))
    return Held(
        agreed=_agreed(subject_id, at),
        kept=_kept(things, language),
        models=[thing for thing in things if thing.category == Category.PERSONAL_MODEL and thing.pk not in going],
        erasing=Order.objects.filter(subject_id=subject_id, state=Order.State.OPEN, everything=True).exists(),
    )


def _agreed(subject_id: UUID, at: datetime) -> list[Agreed]:
    rows = Release.objects.filter(subject_id=subject_id).exclude(state=Release.State.REFUSED).order_by("-signed_at")
    found = [
        Agreed(row, row.state == Release.State.ACTIVE and row.expires_at > at, sealed_so_far(row.pk) >= stages(row.state)) for row in rows
    ]
    return sorted(found, key=lambda one: not one.active)


def _kept(things: list[Artifact], language: str) -> list[Kept]:
    by_category: dict[str, list[Artifact]] = defaultdict(list)
    for thing in things:
        by_category[thing.category].append(thing)
    return [Kept(category_words(name, language), len(rows), max(row.due_at for row in rows)) for name, rows in sorted(by_category.items())]
