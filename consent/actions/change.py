"""Note what changed for checks, in the transaction that changes it."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from compliance.delivery.actions import Once, promise
from compliance.delivery.queries import anybody_listens
from consent.models import Change, Release
from consent.rules.copies import type_of


def change(
    *, event: Change.Event, at: datetime, subject_id: UUID | None = None, purpose: str = "", release: Release | None = None
) -> Change:
    """A line of the change feed. Its id is the consistency token: a check that knows it has seen this change.

    Promises to tell the webhook endpoints that want to hear of it. Raises outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("change() needs the transaction of what it notes")
    made = Change.objects.create(
        xid=RawSQL("(pg_current_xact_id()::text)::bigint", []),
        at=at,
        event=event,
        purpose=purpose,
        subject_id=subject_id,
        release=release,
    )
    if anybody_listens(type_of(event, purpose)):
        promise(topic="consent.notify", payload={"change": str(made.pk)}, because=Once(made.pk), at=at, urgent=True)
    return made
