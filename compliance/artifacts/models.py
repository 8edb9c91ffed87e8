"""What exists: the registry of face artifacts, their lineage, and what should not be."""

import uuid
from typing import ClassVar

from django.db import models

from compliance.core.personal_data import Kind, PersonalData
from compliance.core.taxonomy import Category
from compliance.subjects.models import Subject


class Artifact(models.Model):
    """One stored thing made from a face. Efface knows its id and its fate, never its content."""

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="The row stays as evidence of what was destroyed; its ids mean something to the scan backend only.",
        fields={
            "system": Kind.NONE,
            "external_id": Kind.LINK,
            "category": Kind.NONE,
            "purpose": Kind.NONE,
            "store": Kind.NONE,
            "due_why": Kind.NONE,
        },
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The slug of the connected system, as text: the registry lies below the floor that talks to systems.
    system = models.SlugField(max_length=60)
    external_id = models.CharField(max_length=200)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="artifacts")
    category = models.CharField(max_length=30, choices=[(c.value, c.value) for c in Category])
    purpose = models.CharField(max_length=60)
    store = models.CharField(max_length=100)
    biometric = models.BooleanField()
    size = models.BigIntegerField(null=True)
    derived_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="derived")
    created_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # The trace of the due date, in words: which rule won and what the others would have said.
    due_why = models.JSONField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "external_id"], name="artifacts_artifact_once"),
            models.CheckConstraint(name="artifacts_artifact_category", condition=models.Q(category__in=[c.value for c in Category])),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="artifacts_artifact_due", condition=models.Q(gone_at__isnull=True)),
            models.Index(fields=["-registered_at"], name="artifacts_artifact_newest"),
            models.Index(fields=["external_id"], name="artifacts_artifact_external"),
            models.Index(fields=["subject", "created_at"], name="artifacts_artifact_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.external_id}"


class Violation(models.Model):
    """Something that should not be. Visible with its age until somebody, or a destruction, resolves it."""

    class ViolationKind(models.TextChoices):
        NO_LIVE_REASON = "no_live_reason", "no live reason to keep it"
        OVERDUE = "overdue", "destruction is late"
        UNKNOWN_CATEGORY = "unknown_category", "category unknown"
        NEVER_KEPT = "never_kept", "category the profile never keeps"
        REAPPEARED = "reappeared", "came back after its destruction"
        MISSING = "missing", "registered but not there"
        UNREGISTERED = "unregistered", "found at the backend, never registered"
        STILL_PRESENT = "still_present", "said to be deleted, still there"
        MISPLACED = "misplaced", "listed at the backend under another person"
        UNEXPLAINED_USE = "unexplained_use", "a face was used and nothing explains it"
        HOLD_CONFLICT = "hold_conflict", "held under an authority that a law does not know"
        FACE_DATA_SENT = "face_data_sent", "a picture or vector was sent to Efface"

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Stays as evidence; its ids mean something to the scan backend only.",
        fields={"kind": Kind.NONE, "system": Kind.NONE, "external_id": Kind.LINK, "category": Kind.NONE, "resolution": Kind.NONE},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=ViolationKind)
    system = models.SlugField(max_length=60)
    external_id = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=60, blank=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True)
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-found_at"], name="artifacts_violation_newest"),
            models.Index(fields=["found_at"], name="artifacts_violation_open", condition=models.Q(resolved_at__isnull=True)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "system", "external_id"],
                condition=models.Q(resolved_at__isnull=True),
                name="artifacts_violation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.external_id}"
