"""What a webhook says: ids, read when it is sent, so that an erasure reaches what still waits."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.audit.models import Entry
from compliance.erasure.models import Hold, Order
from consent.models import Change
from consent.queries.changes import references_of

Told = tuple[datetime, Mapping[str, Any]]


def webhook_data(event: str, about: UUID) -> Told:
    """When it happened, and what is said of it. What holds now is asked of the feed or the check."""
    return TELLERS.get(event, _change)(about)


def _change(about: UUID) -> Told:
    change = Change.objects.get(pk=about)
    return change.at, {"change": str(change.pk), "purpose": change.purpose or None, **_who(change.subject_id)}


def _order(about: UUID) -> Told:
    """`about` is the entry that ordered it, or let it grow: an order is told of each time."""
    entry = Entry.objects.get(uid=about)
    order = Order.objects.get(pk=entry.object_id)
    return entry.at, {"order": str(order.pk), "reason": order.reason, "everything": order.everything, **_who(order.subject_id)}


def _placed(about: UUID) -> Told:
    hold = Hold.objects.get(pk=about)
    return hold.approved_at or hold.proposed_at, _hold(hold)


def _released(about: UUID) -> Told:
    hold = Hold.objects.get(pk=about)
    return hold.released_at or hold.proposed_at, _hold(hold)


def _hold(hold: Hold) -> Mapping[str, Any]:
    rows = hold.artifacts.order_by("system", "external_id").values_list("system", "external_id")
    return {"hold": str(hold.pk), "review_on": hold.review_on.isoformat(), "artifacts": [{"system": s, "id": i} for s, i in rows]}


def _who(subject_id: UUID | None) -> Mapping[str, Any]:
    names = references_of([subject_id]).get(subject_id, []) if subject_id else []
    return {"subject": str(subject_id) if subject_id else None, "references": names}


TELLERS: Mapping[str, Callable[[UUID], Told]] = {"deletion.ordered": _order, "hold.placed": _placed, "hold.released": _released}
