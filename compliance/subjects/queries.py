"""Look-ups of subjects."""

import unicodedata
from uuid import UUID

from compliance.core.keys import ring
from compliance.core.sealing import Sealer, normal_email
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Contact, Reference, Subject


def reference_index(reference: str) -> bytes:
    """The blind index of a reference: Unicode NFC, otherwise byte for byte, because ids are opaque."""
    return ring().blind("reference", unicodedata.normalize("NFC", reference))


def by_reference(reference: str) -> Subject | None:
    """The subject behind a reference, or None."""
    found = Reference.objects.select_related("subject").filter(index=reference_index(reference)).first()
    return found.subject if found else None


def sealer(subject_id: UUID) -> Sealer:
    """The subject's key; raises `KeyDestroyed` after an erasure."""
    return sealer_of(Subject.objects.get(pk=subject_id))


def references(subject_id: UUID) -> list[str]:
    """The references of a subject in clear, for calls to connected systems. Empty after an erasure."""
    rows = list(Reference.objects.select_related("subject").filter(subject_id=subject_id).order_by("id"))
    return [sealer_of(row.subject).open(f"subjects.reference:{row.pk}", bytes(row.sealed)) for row in rows]


def emails(subject_id: UUID) -> list[str]:
    """The e-mail addresses of a subject in clear, for mail. Empty after an erasure."""
    rows = list(Contact.objects.select_related("subject").filter(subject_id=subject_id).order_by("id"))
    return [sealer_of(row.subject).open(f"subjects.contact:{row.pk}", bytes(row.sealed)) for row in rows]


def has_email(subject_id: UUID, email: str) -> bool:
    """Whether this address is on file for this subject, without decrypting anything."""
    return Contact.objects.filter(subject_id=subject_id, index=ring().blind("email", normal_email(email))).exists()
