"""What changed for a consent check, in an order that a reader can follow without a gap; and the log of uses."""

import uuid
from typing import ClassVar

from django.db import models

from compliance.audit.models import append_only
from compliance.core.personal_data import Kind, PersonalData
from compliance.subjects.models import Subject
from consent.models.releases import Release


class Change(models.Model):
    """One change of what a check would answer. Its id is the consistency token of the write that made it.

    `xid` is the writing transaction: a reader that has seen everything below a snapshot's xmin never misses one that committed late.
    """

    class Event(models.TextChoices):
        GRANTED = "granted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"
        STALE = "stale"
        SUPERSEDED = "superseded"
        # Age, jurisdictions, or a merge: what was granted must be looked at again.
        SUBJECT = "subject"
        ERASURE = "erasure"
        # A notice grew: for this purpose, releases of a smaller reach no longer allow.
        NOTICE = "notice"

    append_only: ClassVar = True
    personal_data: ClassVar = PersonalData(
        subject="subject_id", leaves="Random ids; nothing leads from them to a person.", fields={"event": Kind.NONE, "purpose": Kind.NONE}
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    xid = models.BigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=12, choices=Event)
    # Empty: every purpose of the person.
    purpose = models.CharField(max_length=60, blank=True)
    # None: a notice changed for everybody; without a purpose: everything did, and copies start over.
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["xid", "id"], name="consent_change_order")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.event} {self.purpose}"


class Use(models.Model):
    """One use of a face: a run that a person asked for, a background job, or a disclosure, with what allowed it."""

    class UseKind(models.TextChoices):
        RUN = "run", "run that a person asked for"
        JOB = "job", "background job"
        DISCLOSURE = "disclosure", "disclosure to a party"

    append_only: ClassVar = True
    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Stays as evidence; its ids mean something to the scan backend only.",
        fields={
            "system": Kind.NONE,
            "kind": Kind.NONE,
            "purpose": Kind.NONE,
            "recipient": Kind.NONE,
            "exception": Kind.NONE,
            "reason": Kind.NONE,
            "external_id": Kind.LINK,
            "action_hash": Kind.NONE,
        },
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.SlugField(max_length=60)
    kind = models.CharField(max_length=10, choices=UseKind)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True)
    purpose = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60, blank=True)
    # For a disclosure without consent: the statutory exception claimed, from a closed list.
    exception = models.CharField(max_length=40, blank=True)
    # The artifact that was used, as the system names it; may be empty.
    external_id = models.CharField(max_length=200, blank=True)
    # SHA-256 of the id of the person's act that started a run: one act, one run (I1).
    action_hash = models.BinaryField(max_length=32, null=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, null=True)
    # What a check answered for it: `active`, or why nothing explains this use.
    reason = models.CharField(max_length=30)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="consent_use_once", fields=["system", "action_hash"], condition=models.Q(action_hash__isnull=False)
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="consent_use_newest"),
            models.Index(fields=["subject", "-at"], name="consent_use_of_subject"),
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.purpose}"
