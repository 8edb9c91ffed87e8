"""Who a record is about: random ids, sealed references and contacts, and the one key whose loss is the erasure."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from compliance.core.personal_data import Kind, PersonalData


class Subject(models.Model):
    """A person, as a random id. Every other table points here and holds nothing that names them."""

    class SubjectKind(models.TextChoices):
        ACCOUNT = "account"
        GUEST = "guest"
        DEPICTED = "depicted"

    class Age(models.TextChoices):
        UNKNOWN = "unknown", "not known"
        ADULT = "adult", "adult"
        MINOR = "minor", "minor"

    personal_data: ClassVar = PersonalData(
        subject="id",
        leaves="The wrapped key is set to null; the random id stays, and nothing leads from it to a person.",
        fields={
            "kind": Kind.NONE,
            "age": Kind.NONE,
            "jurisdictions": Kind.LINK,
            "wrapped_key": Kind.NONE,
            "key_epoch": Kind.NONE,
        },
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=SubjectKind)
    # Empty means unknown: the strictest of those the operator serves applies.
    jurisdictions = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    # As the product says. Whether an unknown age may sign is the profile's rule.
    age = models.CharField(max_length=10, choices=Age, default=Age.UNKNOWN)
    # A browser of this person sent `Sec-GPC: 1`: no sharing beyond the service is offered to them from then on.
    gpc_at = models.DateTimeField(null=True)
    # A guest who signed up later: everything moved to that account, and this row only points there.
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    wrapped_key = models.BinaryField(null=True, editable=False)
    key_epoch = models.CharField(max_length=20, editable=False)
    created_at = models.DateTimeField()
    last_interaction_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-created_at"], name="subjects_subject_newest"),
            # Of whom nothing was heard for long: their consents may go stale (4 CCR 904-3 R. 7.08).
            models.Index(fields=["last_interaction_at"], name="subjects_subject_silent"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="subjects_subject_key_or_erased",
                condition=models.Q(wrapped_key__isnull=False, erased_at__isnull=True)
                | models.Q(wrapped_key__isnull=True, erased_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Reference(models.Model):
    """The id that connected systems use for a subject, sealed; found by its blind index."""

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Deleted with the subject's key.",
        fields={"sealed": Kind.SEALED, "index": Kind.INDEX},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="references")
    sealed = models.BinaryField()
    index = models.BinaryField(max_length=32, unique=True)

    def __str__(self) -> str:
        return str(self.id)


class Contact(models.Model):
    """A way to reach a subject, sealed; found by its blind index. One address may belong to several subjects."""

    class ContactKind(models.TextChoices):
        EMAIL = "email"

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Deleted when a request to delete everything was answered, or with the subject's key.",
        fields={"kind": Kind.NONE, "sealed": Kind.SEALED, "index": Kind.INDEX},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=10, choices=ContactKind, default=ContactKind.EMAIL)
    sealed = models.BinaryField()
    index = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "index"], name="subjects_contact_once")]
        indexes: ClassVar = [models.Index(fields=["index"], name="subjects_contact_index")]

    def __str__(self) -> str:
        return str(self.id)
