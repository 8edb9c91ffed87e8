"""The erasure of a person's record with us: the key goes, and with it everything it sealed, in every copy."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.subjects.models import Contact, Reference, Subject


@transaction.atomic
def destroy_key(*, subject_id: UUID, actor: Actor, at: datetime, reason: str) -> None:
    """Destroy the subject's key, references and contacts. Ledger proofs made earlier still verify. Idempotent.

    The keys of guests who were joined to this account go with it: rows that are never written again are sealed with them.
    """
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    for one in [subject, *Subject.objects.select_for_update().filter(merged_into=subject).order_by("id")]:
        _destroy(one, actor=actor, at=at, reason=reason)


def _destroy(subject: Subject, *, actor: Actor, at: datetime, reason: str) -> None:
    if subject.erased_at:
        return
    Reference.objects.filter(subject=subject).delete()
    Contact.objects.filter(subject=subject).delete()
    subject.wrapped_key = None
    subject.erased_at = at
    subject.jurisdictions = []
    subject.save()
    # After the key: this entry must stay readable, so it is not sealed and says nothing of the person.
    record(
        kind="subjects:subject:erased",
        object_id=str(subject.pk),
        actor=actor,
        at=at,
        payload={"reason": reason},
        subject_id=subject.pk,
    )
