"""Whether a purpose is granted, for those who register what was made under it."""

from datetime import datetime
from uuid import UUID

from compliance.core.taxonomy import OperationalPurpose
from compliance.erasure.models import Order
from consent.models import Release


def is_granted(*, subject_id: UUID, purpose: str, at: datetime) -> bool:
    """Whether something may be kept for this purpose now. Operational purposes need no release; an open erasure ends all."""
    if Order.objects.filter(subject_id=subject_id, state=Order.State.OPEN, everything=True).exists():
        return False
    if purpose in set(OperationalPurpose):
        return True
    return Release.objects.filter(subject_id=subject_id, purpose=purpose, state=Release.State.ACTIVE, expires_at__gt=at).exists()
