"""What was promised: profile versions, and the parties they name."""

import uuid
from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from compliance.audit.models import two_people
from compliance.core.personal_data import Kind, PersonalData, nothing


class Profile(models.Model):
    """One immutable version of the operator's promise (`face-profile/1`). One version at most is active."""

    class State(models.TextChoices):
        STORED = "stored"
        ACTIVE = "active"
        RETIRED = "retired"

    personal_data: ClassVar = nothing(
        "slug", "title", "document", "hash", "state", why="The operator's public promise; it speaks of categories, not of people."
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, editable=False)
    version = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=200, editable=False)
    document = models.JSONField(editable=False)
    hash = models.CharField(max_length=64, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.STORED, editable=False)
    stored_at = models.DateTimeField(editable=False)
    active_from = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["slug", "version"], name="profiles_profile_version"),
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="active"), name="profiles_profile_one_active"),
            models.CheckConstraint(name="profiles_profile_state", condition=models.Q(state__in=["stored", "active", "retired"])),
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


class Activation(models.Model):
    """That a version shall be the promise from a moment on: one officer proposes it, another approves it."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        DONE = "done"
        REJECTED = "rejected"
        # Between approval and its moment the rules or the laws changed.
        REFUSED = "refused"

    personal_data: ClassVar = PersonalData(
        leaves="Who decided about the operator's promise, and when; kept as evidence.",
        fields={"state": Kind.NONE, "why": Kind.NONE, "proposed_by": Kind.STAFF, "decided_by": Kind.STAFF},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="activations")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    # From this moment on, by the database's clock.
    effective_at = models.DateTimeField()
    why = models.CharField(max_length=300)
    proposed_by = models.CharField(max_length=200)
    proposed_by_account = models.IntegerField(null=True)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_by_account = models.IntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        permissions: ClassVar = [("decide_activation", "Can propose and approve the activation of a profile")]
        indexes: ClassVar = [
            models.Index(fields=["-proposed_at"], name="profiles_activation_newest"),
            models.Index(fields=["effective_at"], name="profiles_activation_waiting", condition=models.Q(state="approved")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="profiles_activation_state", condition=models.Q(state__in=["proposed", "approved", "done", "rejected", "refused"])
            ),
            models.CheckConstraint(
                name="profiles_activation_two",
                condition=~models.Q(state__in=["approved", "done"]) | (~models.Q(decided_by="") & two_people("proposed_by", "decided_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile} from {self.effective_at:%Y-%m-%d %H:%M} UTC"


class Party(models.Model):
    """Anybody else who receives face data: named in the profile, in notices and in certificates."""

    personal_data: ClassVar = nothing("slug", "name", "role", "country", "purpose", why="Companies, not people.")

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=[(r, r) for r in ("processor", "subprocessor", "partner")])
    country = models.CharField(max_length=2, help_text="ISO 3166 code of the country, two letters")
    purpose = models.CharField(max_length=200)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "parties"

    def __str__(self) -> str:
        return self.name
