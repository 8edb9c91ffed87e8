"""What was agreed: notices, links to sign them, and written releases, one purpose at a time."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from compliance.audit.models import append_only
from compliance.core.personal_data import Kind, PersonalData, nothing
from compliance.core.taxonomy import Purpose
from compliance.subjects.models import Subject

PURPOSES = [(p.value, p.value) for p in Purpose]


class Notice(models.Model):
    """What a person is shown before a capture, for one purpose in one language. Immutable: a change is a new version."""

    append_only: ClassVar = True
    personal_data: ClassVar = nothing(
        "purpose", "locale", "title", "body", "hash", "recipients", "term", "profile_hash", why="The operator's own text."
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=60, choices=PURPOSES, editable=False)
    locale = models.CharField(max_length=10, editable=False)
    version = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=200, editable=False)
    # The exact text, as shown: paragraphs separated by an empty line.
    body = models.TextField(editable=False)
    hash = models.CharField(max_length=64, editable=False)
    recipients = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    # Length of term as an ISO 8601 duration: a release ends this long after it was signed.
    term = models.CharField(max_length=20, editable=False)
    profile_hash = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["purpose", "locale", "version"], name="consent_notice_version")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.title} ({self.locale}, version {self.version})"


class ReleaseLink(models.Model):
    """A one-time address at which one person reads a notice and signs. Only the hash of its secret is stored."""

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Useless once used or expired.",
        fields={"secret_hash": Kind.NONE, "purpose": Kind.NONE, "system": Kind.NONE},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT)
    purpose = models.CharField(max_length=60, choices=PURPOSES)
    system = models.SlugField(max_length=60)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Release(models.Model):
    """A signed written release for one purpose. Terms acceptance or continued use cannot be stored as one."""

    class State(models.TextChoices):
        ACTIVE = "active"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"
        SUPERSEDED = "superseded"
        REFUSED = "refused"

    class SignerRole(models.TextChoices):
        SELF = "self", "the person"

    class Method(models.TextChoices):
        TYPED_NAME = "typed_name", "typed name and an explicit act"
        # For a refusal alone: a release is never signed by a button.
        BUTTON = "button", "pressed a button"

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="The evidence is sealed under the person's key. What stays says that somebody agreed, not who.",
        fields={
            "purpose": Kind.NONE,
            "state": Kind.NONE,
            "recipients": Kind.NONE,
            "text_hash": Kind.NONE,
            "signer_role": Kind.NONE,
            "method": Kind.NONE,
            "evidence_sealed": Kind.SEALED,
        },
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="releases")
    purpose = models.CharField(max_length=60, choices=PURPOSES)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    recipients = ArrayField(models.CharField(max_length=60), default=list)
    # SHA-256 of the exact bytes that were shown.
    text_hash = models.CharField(max_length=64)
    signer_role = models.CharField(max_length=10, choices=SignerRole)
    method = models.CharField(max_length=12, choices=Method)
    # Rules D2: typed name, intent statement, zone, act, what was shown; sealed JSON.
    evidence_sealed = models.BinaryField()
    shown_at = models.DateTimeField()
    signed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    history = HistoricalRecords(excluded_fields=["evidence_sealed"])

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-signed_at"], name="consent_release_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "purpose"], condition=models.Q(state="active"), name="consent_release_one_active"),
            models.CheckConstraint(name="consent_release_shown_first", condition=models.Q(shown_at__lte=models.F("signed_at"))),
            models.CheckConstraint(name="consent_release_has_term", condition=models.Q(expires_at__gt=models.F("signed_at"))),
            models.CheckConstraint(
                name="consent_release_state",
                condition=models.Q(state__in=["active", "withdrawn", "expired", "superseded", "refused"]),
            ),
            models.CheckConstraint(
                name="consent_release_signed_by_name",
                condition=models.Q(method="typed_name") | models.Q(state="refused", method="button"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.state})"
