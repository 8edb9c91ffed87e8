"""Keep the promise to tell webhook endpoints of a change."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.delivery.actions import Again, Lease, spread
from consent.models import Change
from consent.rules.copies import type_of


def notify(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
    """One message for each endpoint that wants to hear of this change. Kept twice, it makes them once."""
    change = Change.objects.get(pk=UUID(payload["change"]))
    with transaction.atomic():
        lease.guard()
        spread(event=type_of(change.event, change.purpose), about=change.pk, at=at)
    return None
