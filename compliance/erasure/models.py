"""Orders to destroy and what became of each artifact: the only gate to destruction."""

import uuid
from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from compliance.artifacts.models import Artifact
from compliance.core.personal_data import Kind, PersonalData, nothing
from compliance.evidence.models import Document
from compliance.subjects.models import Subject


class Order(models.Model):
    """A decision to destroy. Complete only when every artifact has a final rung or a named exception."""

    class Reason(models.TextChoices):
        REQUEST = "request", "the person asked"
        WITHDRAWAL = "withdrawal", "consent was withdrawn"
        SCHEDULE = "schedule", "its time was up"
        VIOLATION = "violation", "it should not have been there"
        RESTORE = "restore", "a restored backup brought it back"

    class State(models.TextChoices):
        OPEN = "open"
        COMPLETE = "complete"

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Stays as evidence: pseudonymous ids, times and reasons.",
        fields={"reason": Kind.NONE, "rule": Kind.NONE, "origin": Kind.NONE, "state": Kind.NONE, "decided_by": Kind.STAFF},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="orders")
    reason = models.CharField(max_length=12, choices=Reason)
    # Everything of the person, whatever is found at execution time; otherwise the artifacts named.
    everything = models.BooleanField()
    # The rule behind it, with its citation, for the certificate.
    rule = models.CharField(max_length=300)
    # What asked for it: `dsar:request:<id>`, `consent:release:<id>`, `retention:sweep`.
    origin = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    decided_by = models.CharField(max_length=200)
    ordered_at = models.DateTimeField()
    # The last look through every system's inventory of the person, which found nothing.
    last_look_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    certificate = models.ForeignKey(Document, on_delete=models.PROTECT, null=True)
    history = HistoricalRecords()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-ordered_at"], name="erasure_order_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject"], condition=models.Q(state="open"), name="erasure_order_one_open"),
            models.CheckConstraint(name="erasure_order_state", condition=models.Q(state__in=["open", "complete"])),
        ]

    def __str__(self) -> str:
        return f"Order {self.id}"


class Rung(models.TextChoices):
    """The ladder of an outcome, climbed one rung at a time, and the states beside it."""

    PLANNED = "planned"
    CALLED = "called"
    ACKNOWLEDGED = "acknowledged"
    ABSENT = "absent", "verified absent"
    PURGED = "purged"
    PARTIES_CONFIRMED = "parties_confirmed", "parties confirmed"
    BACKUPS_EXPIRED = "backups_expired", "backups expired"
    HELD = "held", "under legal hold"
    REFUSED = "refused", "refused by the system"
    UNREACHABLE = "unreachable"
    REAPPEARED = "reappeared"


class Call(models.Model):
    """The intention to call a system, written before the call; its id is the `deletion_id` and the Idempotency-Key."""

    class State(models.TextChoices):
        INTENDED = "intended"
        ACCEPTED = "accepted"
        DONE = "done"

    personal_data: ClassVar = nothing("system", "state", "receipt", why="Ids and the system's own words about them, parsed strictly.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="calls")
    system = models.SlugField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.INTENDED)
    receipt = models.JSONField(default=dict)
    intended_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-intended_at"], name="erasure_call_newest")]

    def __str__(self) -> str:
        return f"Call {self.id} ({self.state})"


class Outcome(models.Model):
    """What became of one artifact in one order: its rung, and when each rung was reached."""

    personal_data: ClassVar = nothing("rung", "detail", "method", why="Closed words about one artifact.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="outcomes")
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="outcomes")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="outcomes")
    rung = models.CharField(max_length=20, choices=Rung, default=Rung.PLANNED)
    method = models.CharField(max_length=30)
    # Why it is not on the ladder, in a closed word (`refused`, `unreachable`); empty on the ladder.
    detail = models.CharField(max_length=100, blank=True)
    called_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    absent_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)
    purge_due = models.DateTimeField(null=True)
    # The day by which no backup holds it any more, by what the store says of its backups.
    backups_until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "artifact"], name="erasure_outcome_once"),
            models.CheckConstraint(name="erasure_outcome_rung", condition=models.Q(rung__in=[r.value for r in Rung])),
            # No rung without the time of the negative read below it.
            models.CheckConstraint(
                name="erasure_outcome_read_back",
                condition=~models.Q(rung__in=["absent", "purged", "parties_confirmed", "backups_expired"])
                | models.Q(absent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="erasure_outcome_purge_reported",
                condition=~models.Q(rung__in=["purged", "parties_confirmed", "backups_expired"]) | models.Q(purged_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.artifact_id}: {self.rung}"
