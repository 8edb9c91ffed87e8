"""Note that a person's browser sends Global Privacy Control."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.subjects.actions.lock import lock
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Subject


@transaction.atomic
def note_gpc(*, subject_id: UUID, actor: Actor, at: datetime) -> bool:
    """Note it once for a person; True when it was new. It stays: an opt-out ends when the person says so, not with a browser."""
    if not Subject.objects.filter(pk=subject_id, gpc_at__isnull=True, wrapped_key__isnull=False).exists():
        # The usual case, without a lock: it was noted before.
        return False
    subject = lock(subject_id, no_key=True)
    if subject.gpc_at is not None or subject.wrapped_key is None:
        return False
    subject.gpc_at = at
    subject.save(update_fields=["gpc_at"])
    record(
        kind="subjects:subject:gpc",
        object_id=str(subject.pk),
        actor=actor,
        at=at,
        payload={"signal": "Sec-GPC: 1"},
        sealer=sealer_of(subject),
    )
    return True
