"""What was trained on whom: datasets, signed snapshots, model versions, and what became of a withdrawal in each model."""

import uuid
from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from compliance.artifacts.models import Artifact
from compliance.audit.models import append_only
from compliance.core.personal_data import Kind, PersonalData, nothing
from compliance.subjects.models import Subject
from consent.models.releases import OPT_INS, Release

REUSES = OPT_INS


class Dataset(models.Model):
    """A set of artifacts that a system trains, measures or checks quality on, for one purpose that people opt in to."""

    personal_data: ClassVar = nothing("name", "purpose", "system", why="The operator's own name for it.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.SlugField(max_length=60)
    purpose = models.CharField(max_length=60, choices=[(p, p) for p in REUSES])
    system = models.SlugField(max_length=60)
    made_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "name"], name="consent_dataset_once"),
            models.CheckConstraint(name="consent_dataset_purpose", condition=models.Q(purpose__in=REUSES)),
        ]

    def __str__(self) -> str:
        return self.name


class Snapshot(models.Model):
    """The members of a dataset at one moment: only those whose consent stood then. Signed; never changed."""

    append_only: ClassVar = True
    personal_data: ClassVar = nothing("manifest_sha256", "signature", why="A hash over ids, and its signature.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="snapshots")
    # The database's clock when consent was looked at.
    at = models.DateTimeField()
    asked = models.PositiveIntegerField()
    allowed = models.PositiveIntegerField()
    # Over the canonical manifest: dataset, purpose, moment, members with their releases.
    manifest_sha256 = models.CharField(max_length=64)
    # A JWS (EdDSA) over the manifest's head and hash.
    signature = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-at"], name="consent_snapshot_newest")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return str(self.id)


class Member(models.Model):
    """One artifact in one snapshot, and the release that allowed it."""

    append_only: ClassVar = True
    personal_data: ClassVar = PersonalData(
        subject="subject_id", leaves="Random ids; they say which models saw somebody, not who.", fields={}
    )

    id = models.BigAutoField(primary_key=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="members")
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT)
    release = models.ForeignKey(Release, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["snapshot", "artifact"], name="consent_member_once")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return str(self.id)


class ModelVersion(models.Model):
    """One trained model, and the snapshots it saw. A model of one person is an artifact of its own."""

    class ModelKind(models.TextChoices):
        SHARED = "shared", "serves many people"
        PERSONAL = "personal", "made for one person"

    personal_data: ClassVar = nothing("name", "version", "kind", "system", why="The operator's own name for it.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.SlugField(max_length=60)
    name = models.CharField(max_length=100)
    version = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=ModelKind)
    # A personal model is destroyed and proven like any other artifact.
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, null=True)
    snapshots = models.ManyToManyField(Snapshot, through="Training", related_name="models")
    trained_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)
    # The earlier version that this one replaces without the people who withdrew.
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "name", "version"], name="consent_model_once"),
            models.CheckConstraint(
                name="consent_model_kind",
                condition=models.Q(kind="shared", artifact__isnull=True) | models.Q(kind="personal", artifact__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Training(models.Model):
    """That a model version saw a snapshot."""

    append_only: ClassVar = True
    personal_data: ClassVar = nothing(why="Two random ids, of a model and of a snapshot.")

    id = models.BigAutoField(primary_key=True)
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "snapshot"], name="consent_training_once")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return str(self.id)


class Remediation(models.Model):
    """What became of one ended training release in one model. The newest row holds; without one it is computed."""

    class RemediationState(models.TextChoices):
        NEVER_USED = "never_used", "never used in this model"
        EXCLUDED_FUTURE = "excluded_future", "left out from now on; this model still saw it"
        RETRAINED_WITHOUT = "retrained_without", "trained again without it"
        MODEL_DESTROYED = "model_destroyed", "the model was destroyed"
        APPROXIMATE_UNLEARNING = "approximate_unlearning", "approximate unlearning, attested"

    append_only: ClassVar = True
    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Stays as evidence of what was done after a withdrawal.",
        fields={"state": Kind.NONE, "method": Kind.NONE, "metric": Kind.NONE, "attested_by": Kind.STAFF},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT)
    release = models.ForeignKey(Release, on_delete=models.PROTECT)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT)
    state = models.CharField(max_length=24, choices=RemediationState)
    # For approximate unlearning: how, measured how, and who says so.
    method = models.CharField(max_length=200, blank=True)
    metric = models.CharField(max_length=200, blank=True)
    attested_by = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="consent_remediation_newest"),
            models.Index(fields=["model", "release", "-at"], name="consent_remediation_of"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="consent_remediation_attested",
                condition=~models.Q(state="approximate_unlearning")
                | (~models.Q(method="") & ~models.Q(metric="") & ~models.Q(attested_by="")),
            )
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return self.state
