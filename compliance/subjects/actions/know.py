"""Create subjects and file what names them, sealed."""

import uuid
from datetime import datetime

from django.db import connection, transaction

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid
from compliance.core.keys import ring
from compliance.core.sealing import normal_email
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Contact, Reference, Subject
from compliance.subjects.queries import reference_index

MAX_REFERENCE = 200


@transaction.atomic
def create(*, kind: str, actor: Actor, at: datetime, jurisdictions: list[str] | None = None) -> Subject:
    """A new subject with a key of its own."""
    subject_id = uuid.uuid4()
    wrapped, epoch = ring().new_key(subject_id)
    subject = Subject.objects.create(
        pk=subject_id,
        kind=kind,
        jurisdictions=jurisdictions or [],
        wrapped_key=wrapped,
        key_epoch=epoch,
        created_at=at,
        last_interaction_at=at,
    )
    record(
        kind="subjects:subject:created",
        object_id=str(subject_id),
        actor=actor,
        at=at,
        payload={"kind": kind, "jurisdictions": subject.jurisdictions},
        sealer=sealer_of(subject),
    )
    return subject


@transaction.atomic
def know(*, reference: str, actor: Actor, at: datetime, kind: str = Subject.SubjectKind.ACCOUNT) -> Subject:
    """The subject behind a reference of a connected system, created on first sight. Two at once get the same one."""
    index = reference_index(reference)
    # Serialises the first sight of one reference; a unique index alone would turn the loser into an error.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(index[:8], signed=True)])
    found = Reference.objects.select_related("subject").filter(index=index).first()
    if found:
        return found.subject
    subject = create(kind=kind, actor=actor, at=at)
    add_reference(subject=subject, reference=reference)
    return subject


def add_reference(*, subject: Subject, reference: str) -> Reference:
    """File a reference, sealed. Raises `Invalid` when it is empty or longer than 200 characters."""
    if not reference or len(reference) > MAX_REFERENCE:
        raise Invalid("A reference has 1 to 200 characters.", [FieldError("/subject", "1 to 200 characters")])
    key = uuid.uuid4()
    sealed = sealer_of(subject).seal(f"subjects.reference:{key}", reference)
    return Reference.objects.create(pk=key, subject=subject, sealed=sealed, index=reference_index(reference))


def add_contact(*, subject: Subject, email: str) -> Contact:
    """File an e-mail address, sealed; the same address of the same subject once."""
    index = ring().blind("email", normal_email(email))
    known = Contact.objects.filter(subject=subject, index=index).first()
    if known:
        return known
    key = uuid.uuid4()
    sealed = sealer_of(subject).seal(f"subjects.contact:{key}", email.strip())
    return Contact.objects.create(pk=key, subject=subject, sealed=sealed, index=index)
