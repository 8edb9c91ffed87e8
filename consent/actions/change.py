"""Note what changed for checks, in the transaction that changes it."""

from datetime import datetime
from uuid import UUID

from django.db.models.expressions import RawSQL

from consent.models import Change, Release


def change(
    *, event: Change.Event, at: datetime, subject_id: UUID | None = None, purpose: str = "", release: Release | None = None
) -> Change:
    """A line of the change feed. Its id is the consistency token: a check that knows it has seen this change."""
    return Change.objects.create(
        xid=RawSQL("(pg_current_xact_id()::text)::bigint", []),
        at=at,
        event=event,
        purpose=purpose,
        subject_id=subject_id,
        release=release,
    )
