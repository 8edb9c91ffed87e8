"""How far an order has come, for the person's status page and the officer's page: facts and dates, no percentages."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from compliance.backend.models import Condition
from compliance.core.taxonomy import IN_WORDS, Category
from compliance.erasure.models import Order, Outcome, Rung
from compliance.erasure.rules import DONE, LADDER, NOT_THERE


@dataclass(frozen=True)
class Step:
    """One step of the ladder: how many of the artifacts reached it, and when the last one did (None until all have)."""

    name: str
    reached: int
    of: int
    at: datetime | None

    @property
    def done(self) -> bool:
        return self.reached == self.of and self.at is not None


@dataclass(frozen=True)
class CategoryProgress:
    """One category of a person's artifacts, in one sentence, with the latest time of each step (None until all have)."""

    category: str
    words: str
    stores: tuple[str, ...]
    count: int
    deleted_at: datetime | None
    checked_at: datetime | None
    purged_at: datetime | None
    backups_until: date | None


@dataclass(frozen=True)
class Progress:
    """`blocked` names systems that have not confirmed, with the class of their last fault and since when we wait."""

    order: Order
    steps: tuple[Step, ...]
    categories: tuple[CategoryProgress, ...]
    backups_until: date | None
    blocked: tuple[tuple[str, str, datetime], ...]


def progress(order: Order) -> Progress:
    """The progress of one order, in three queries."""
    outcomes = list(order.outcomes.select_related("artifact").order_by("artifact__category", "artifact_id"))
    by_category: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_category[outcome.artifact.category].append(outcome)
    return Progress(
        order=order,
        steps=tuple(_step(name, outcomes) for name in ("called_at", "acknowledged_at", "absent_at", "purged_at")),
        categories=tuple(_category(name, rows) for name, rows in by_category.items()),
        backups_until=max((o.backups_until for o in outcomes if o.backups_until), default=None),
        blocked=_blocked(order, outcomes),
    )


def _step(field: str, outcomes: list[Outcome]) -> Step:
    """A step counts only for outcomes whose rung still stands on it: what reappeared has lost it."""
    needed = Rung(field.removesuffix("_at"))
    reached = [o for o in outcomes if o.detail == NOT_THERE or (o.rung in LADDER and LADDER.index(Rung(o.rung)) >= LADDER.index(needed))]
    # What was not there when we asked has no time of its own on the rungs above; its negative read stands for them.
    at = _latest([getattr(o, field) or o.absent_at for o in reached]) if len(reached) == len(outcomes) else None
    return Step(needed, len(reached), len(outcomes), at)


def _category(name: str, rows: list[Outcome]) -> CategoryProgress:
    return CategoryProgress(
        category=name,
        words=IN_WORDS[Category(name)],
        stores=tuple(sorted({row.artifact.store for row in rows})),
        count=len(rows),
        deleted_at=_latest([row.acknowledged_at for row in rows]),
        checked_at=_latest([row.absent_at if row.artifact.gone_at else None for row in rows]),
        purged_at=_latest([row.purged_at or row.absent_at if ended(row) else None for row in rows]),
        backups_until=max((row.backups_until for row in rows if row.backups_until), default=None),
    )


def _latest(times: list[datetime | None]) -> datetime | None:
    """The latest of the times; None while any of them is missing."""
    known = [at for at in times if at is not None]
    return max(known) if known and len(known) == len(times) else None


def _blocked(order: Order, outcomes: list[Outcome]) -> tuple[tuple[str, str, datetime], ...]:
    if order.state == Order.State.COMPLETE:
        return ()
    waiting = {o.artifact.system for o in outcomes if not ended(o)}
    conditions = Condition.objects.filter(system__in=waiting).exclude(last_error="").select_related("system")
    return tuple((c.system.name, c.last_error, order.ordered_at) for c in conditions)


def ended(outcome: Outcome) -> bool:
    """Whether nothing more is to be done about it: purged, or not there when we asked."""
    return outcome.rung in DONE or (outcome.rung == Rung.ABSENT and outcome.detail == NOT_THERE)
