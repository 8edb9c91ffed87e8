"""Look-ups of subjects."""

import unicodedata
from collections.abc import Iterable
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


def everyone(subject_id: UUID) -> list[UUID]:
    """The ids under which rows of one person stand: their own, and those of guests who were joined to it.

    What moves was moved when they were joined; rows that are never written again keep the guest's id.
    """
    return [subject_id, *Subject.objects.filter(merged_into_id=subject_id).order_by("id").values_list("pk", flat=True)]


def sealer(subject_id: UUID) -> Sealer:
    """The subject's key; raises `KeyDestroyed` after an erasure."""
    return sealer_of(Subject.objects.get(pk=subject_id))


def references(subject_id: UUID) -> list[str]:
    """The references of a subject in clear, for calls to connected systems. Empty after an erasure."""
    rows = list(Reference.objects.select_related("subject").filter(subject_id=subject_id).order_by("id"))
    return [sealer_of(row.subject).open(f"subjects.reference:{row.pk}", bytes(row.sealed)) for row in rows]


def one_reference_each(subject_ids: Iterable[UUID]) -> dict[UUID, str]:
    """One reference in clear of each of these subjects that has any: the same one every time."""
    rows = Reference.objects.select_related("subject").filter(subject_id__in=list(subject_ids)).order_by("subject_id", "id")
    first = rows.distinct("subject_id")
    return {row.subject_id: sealer_of(row.subject).open(f"subjects.reference:{row.pk}", bytes(row.sealed)) for row in first}


def emails(subject_id: UUID) -> list[str]:
    """The e-mail addresses of a subject in clear, for mail. Empty after an erasure."""
    rows = list(Contact.objects.select_related("subject").filter(subject_id=subject_id).order_by("id"))
    return [sealer_of(row.subject).open(f"subjects.contact:{row.pk}", bytes(row.sealed)) for row in rows]


def has_email(subject_id: UUID, email: str) -> bool:
    """Whether this address is on file for this subject, without decrypting anything."""
    return Contact.objects.filter(subject_id=subject_id, index=ring().blind("email", normal_email(email))).exists()
