"""Which purposes are granted, for those who register what was made under them."""

from datetime import datetime
from uuid import UUID

from compliance.core.taxonomy import OperationalPurpose
from compliance.erasure.models import Order
from consent.models import Release


def granted_purposes(*, subject_id: UUID, at: datetime) -> frozenset[str]:
    """What something of this person may be kept for now. Operational purposes need no release; an open erasure ends all."""
    if Order.objects.filter(subject_id=subject_id, state=Order.State.OPEN, everything=True).exists():
        return frozenset()
    active = Release.objects.filter(subject_id=subject_id, state=Release.State.ACTIVE, expires_at__gt=at)
    return frozenset(active.values_list("purpose", flat=True)) | frozenset(OperationalPurpose)
