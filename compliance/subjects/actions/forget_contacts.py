"""The end of our ways to reach a person, while the record of what was agreed and done stays."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.subjects.actions.lock import lock
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Contact


@transaction.atomic
def forget_contacts(*, subject_id: UUID, actor: Actor, at: datetime, reason: str) -> int:
    """Delete a subject's addresses and their blind indexes; returns how many. The references and the key stay. Idempotent.

    `reason` is a closed word or sentence of ours: it goes into the ledger, sealed under the subject's key.
    """
    subject = lock(subject_id, no_key=True)
    gone, _ = Contact.objects.filter(subject=subject).delete()
    if gone:
        record(
            kind="subjects:contacts:forgotten",
            object_id=str(subject.pk),
            actor=actor,
            at=at,
            payload={"count": gone, "reason": reason},
            sealer=sealer_of(subject),
        )
    return gone
