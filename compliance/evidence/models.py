"""Sealed documents. A document is never changed: a newer one supersedes it."""

import uuid
from typing import ClassVar

from django.db import models

from compliance.audit.models import Entry, append_only
from compliance.core.personal_data import Kind, PersonalData
from compliance.subjects.models import Subject


class Document(models.Model):
    """A PDF and its JSON twin. The primary key is the document's number: 128 random bits."""

    class DocumentKind(models.TextChoices):
        CERTIFICATE = "certificate", "certificate of destruction"
        RELEASE = "release", "written release"
        RECEIPT = "receipt", "receipt"

    append_only: ClassVar = True
    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Certificates hold pseudonymous ids only and stay as evidence.",
        fields={name: Kind.NONE for name in ("kind", "object_id", "language", "twin", "twin_sha256", "pdf", "pdf_sha256")},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=DocumentKind)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True)
    # What it documents: the id of an order, a release.
    object_id = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    language = models.CharField(max_length=10)
    # Canonical JSON (RFC 8785), exactly the bytes embedded in the PDF.
    twin = models.BinaryField()
    twin_sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "object_id", "version"], name="evidence_document_version")]
        indexes: ClassVar = [
            models.Index(fields=["-sealed_at"], name="evidence_document_newest"),
            models.Index(fields=["object_id"], name="evidence_document_object"),
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"
