"""Orders to destroy and what became of each artifact: the only gate to destruction."""

import uuid
from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from compliance.artifacts.models import Artifact
from compliance.audit.models import two_people
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
        # After a restore: what was read back as absent since the point that came back.
        indexes: ClassVar = [models.Index(fields=["absent_at"], name="erasure_outcome_absent", condition=models.Q(absent_at__isnull=False))]
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


class Hold(models.Model):
    """A legal reason not to destroy named artifacts. Two people place it, two people release it."""

    class Authority(models.TextChoices):
        WARRANT = "warrant", "warrant of a court"
        SUBPOENA = "subpoena", "subpoena of a court"
        STATUTE = "statute", "a law that demands it"
        LITIGATION = "litigation", "own litigation hold"

    class State(models.TextChoices):
        PROPOSED = "proposed"
        # In force, and lawful for every artifact in it.
        ACTIVE = "active"
        # In force, and a law knows no such exception: nothing is destroyed, and counsel must decide.
        ESCALATED = "escalated"
        RELEASE_PROPOSED = "release_proposed", "release proposed"
        RELEASED = "released"
        REJECTED = "rejected"

    personal_data: ClassVar = PersonalData(
        leaves="Names artifacts by random ids and a case by the reference of a court; kept as evidence of why nothing was destroyed.",
        fields={name: Kind.NONE for name in ("authority", "reference", "document_sha256", "state", "why", "conflicts")}
        | {name: Kind.STAFF for name in ("owner", "proposed_by", "approved_by", "release_proposed_by", "released_by")},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.CharField(max_length=12, choices=Authority)
    # The court's file number, the section of a law, or the matter: never a person's name.
    reference = models.CharField(max_length=200)
    # Of the document itself, which stays in the files of counsel.
    document_sha256 = models.CharField(max_length=64)
    owner = models.CharField(max_length=200)
    review_on = models.DateField()
    # The court forbids to tell the person.
    secret = models.BooleanField(default=False)
    why = models.CharField(max_length=300)
    state = models.CharField(max_length=20, choices=State, default=State.PROPOSED)
    # Where a law knows no such exception: one sentence each.
    conflicts = models.JSONField(default=list)
    artifacts = models.ManyToManyField(Artifact, through="HeldArtifact", related_name="holds")
    proposed_by = models.CharField(max_length=200)
    proposed_by_account = models.IntegerField(null=True)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=200, blank=True)
    approved_by_account = models.IntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    release_proposed_by = models.CharField(max_length=200, blank=True)
    release_proposed_by_account = models.IntegerField(null=True)
    released_by = models.CharField(max_length=200, blank=True)
    released_by_account = models.IntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    IN_FORCE: ClassVar = ("active", "escalated", "release_proposed")

    class Meta:
        permissions: ClassVar = [("place_hold", "Can propose, approve and release holds")]
        indexes: ClassVar = [models.Index(fields=["-proposed_at"], name="erasure_hold_newest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="erasure_hold_state",
                condition=models.Q(state__in=["proposed", "active", "escalated", "release_proposed", "released", "rejected"]),
            ),
            models.CheckConstraint(name="erasure_hold_two_place_it", condition=two_people("proposed_by", "approved_by")),
            models.CheckConstraint(name="erasure_hold_two_release_it", condition=two_people("release_proposed_by", "released_by")),
        ]

    def __str__(self) -> str:
        return f"{self.get_authority_display()} {self.reference}"


class HeldArtifact(models.Model):
    """One artifact under one hold."""

    personal_data: ClassVar = nothing(why="Two random ids, of a hold and of an artifact.")

    id = models.BigAutoField(primary_key=True)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="items")
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="held")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["hold", "artifact"], name="erasure_held_once")]

    def __str__(self) -> str:
        return str(self.id)
