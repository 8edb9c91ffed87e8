"""What is not as it should be in an order, to be said to the person as it is."""

from dataclasses import dataclass
from datetime import datetime

from compliance.erasure.models import Order, Rung
from compliance.erasure.queries import Progress

# What stands beside the ladder and needs words of its own.
BESIDE = (Rung.REAPPEARED, Rung.REFUSED, Rung.UNREACHABLE)


@dataclass(frozen=True)
class Trouble:
    """`kind` is a rung beside the ladder, or `silent` for a system that does not answer as it should; `since` may be unknown."""

    kind: str
    categories: tuple[str, ...]
    count: int
    since: datetime | None


def troubles(progress: Progress) -> tuple[Trouble, ...]:
    """All troubles of an order; none once it is complete and everything in it climbed the ladder."""
    order = progress.order
    found = [trouble for rung in BESIDE if (trouble := beside(order, rung))]
    found += [Trouble("silent", (), 1, since) for _system, _fault, since in progress.blocked]
    return tuple(found)


def beside(order: Order, rung: Rung) -> Trouble | None:
    rows = list(order.outcomes.filter(rung=rung).values_list("artifact__category", "called_at"))
    if not rows:
        return None
    called = [at for _category, at in rows if at]
    return Trouble(rung.value, tuple(sorted({category for category, _at in rows})), len(rows), min(called, default=None))
