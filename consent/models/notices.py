"""What a person is shown before anything is collected: notices, and the particulars of the controller that they name."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from compliance.audit.models import append_only
from compliance.core.personal_data import Kind, PersonalData, nothing


class Controller(models.Model):
    """The particulars of the operator that laws want in a notice and no profile holds. One row."""

    personal_data: ClassVar = PersonalData(
        leaves="An office of the operator; it is public in every notice.",
        fields={name: Kind.STAFF for name in ("address", "data_protection_officer", "representative")}
        | {name: Kind.NONE for name in ("complaint_authority", "transfers", "policy_url")},
    )

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    address = models.CharField(max_length=300, blank=True, help_text="Postal address of the controller (GDPR 13(1)(a))")
    data_protection_officer = models.CharField(max_length=200, blank=True, help_text="How to reach the data protection officer")
    representative = models.CharField(max_length=300, blank=True, help_text="The representative in the EU or UK, where there is one")
    complaint_authority = models.CharField(max_length=200, blank=True, help_text="Where people may complain (GDPR 13(2)(d))")
    transfers = models.CharField(max_length=300, blank=True, help_text="The safeguard for transfers to other countries (GDPR 13(1)(f))")
    policy_url = models.URLField(blank=True, help_text="The public privacy policy; empty: the page of Efface itself")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "controller’s particulars"
        verbose_name_plural = "controller’s particulars"
        constraints: ClassVar = [models.CheckConstraint(name="consent_controller_one", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return "Controller’s particulars"


class Notice(models.Model):
    """What a person is shown before a capture, for one purpose in one language. Immutable: a change is a new version."""

    append_only: ClassVar = True
    personal_data: ClassVar = nothing(
        "purpose",
        "locale",
        "title",
        "body",
        "hash",
        "recipients",
        "term",
        "profile_hash",
        "facts",
        "elements",
        "changes",
        why="The operator's own text.",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A Purpose, or disclose:<party>.
    purpose = models.CharField(max_length=60, editable=False)
    locale = models.CharField(max_length=10, editable=False)
    version = models.PositiveIntegerField(editable=False)
    # How far the text reaches. It grows when purpose, term, category or recipient class grows: older releases then no longer do.
    reach = models.PositiveIntegerField(default=1, editable=False)
    title = models.CharField(max_length=200, editable=False)
    # The exact text, as shown: paragraphs separated by an empty line.
    body = models.TextField(editable=False)
    hash = models.CharField(max_length=64, editable=False)
    recipients = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    # Length of term as an ISO 8601 duration: a release ends this long after it was signed.
    term = models.CharField(max_length=20, editable=False)
    profile_hash = models.CharField(max_length=64, editable=False)
    # What the text was made from, to compare versions by.
    facts = models.JSONField(default=dict, editable=False)
    # Required element (law and section) -> the sentence that states it.
    elements = models.JSONField(default=dict, editable=False)
    # What changed since the version before, in words of the operator.
    changes = models.JSONField(default=list, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["purpose", "locale", "version"], name="consent_notice_version")]
        indexes: ClassVar = [models.Index(fields=["purpose", "-reach"], name="consent_notice_reach")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.title} ({self.locale}, version {self.version})"
