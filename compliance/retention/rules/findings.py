"""What a thing in a system's inventory is, held against the registry; and what is done about it unless an officer says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.retention.models import Finding, FindingRule

Action = FindingRule.Action

DEFAULTS: Mapping[str, str] = {
    # It may be somebody's work in progress that a broken client never registered: a person looks first.
    Finding.UNREGISTERED: Action.ASK,
    Finding.UNKNOWN_CATEGORY: Action.ASK,
    Finding.MISPLACED: Action.ASK,
    Finding.NEVER_KEPT: Action.DESTROY,
    Finding.NO_LIVE_REASON: Action.DESTROY,
    Finding.OVERDUE: Action.DESTROY,
    Finding.REAPPEARED: Action.DESTROY,
    # There is nothing to destroy.
    Finding.MISSING: Action.REPORT,
}
# A backend stores first and registers then: what is younger than this may still be on its way.
ON_ITS_WAY = timedelta(minutes=15)
# How long after the due moment the verified absence may take, where the profile says nothing.
SLACK = timedelta(hours=1)


@dataclass(frozen=True)
class Known:
    """What the registry says of a thing. `same_person` is False when the inventory lists it under somebody else."""

    due_at: datetime
    gone_at: datetime | None
    in_open_order: bool
    held: bool
    same_person: bool
    granted: bool


def finding(*, category_known: bool, category_kept: bool, known: Known | None, created_at: datetime, at: datetime) -> Finding | None:
    """What is wrong with one thing of an inventory, the gravest first; None when nothing is."""
    if known is None:
        return _unregistered(category_known=category_known, category_kept=category_kept, created_at=created_at, at=at)
    if not known.same_person:
        return Finding.MISPLACED
    if known.gone_at is not None:
        return Finding.REAPPEARED
    if known.in_open_order or known.held:
        return None
    if known.due_at + SLACK < at:
        return Finding.OVERDUE
    return None if known.granted else Finding.NO_LIVE_REASON


def _unregistered(*, category_known: bool, category_kept: bool, created_at: datetime, at: datetime) -> Finding | None:
    if created_at + ON_ITS_WAY > at:
        return None
    if not category_known:
        return Finding.UNKNOWN_CATEGORY
    return Finding.UNREGISTERED if category_kept else Finding.NEVER_KEPT
