"""What people ask: requests, their clocks, and what was decided."""

import uuid
from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from compliance.core.personal_data import Kind, PersonalData
from compliance.erasure.models import Order
from compliance.subjects.models import Subject


class Request(models.Model):
    """One request of one person. The clock runs from `received_at`."""

    class RequestKind(models.TextChoices):
        DELETE = "delete", "delete everything"

    class State(models.TextChoices):
        RECEIVED = "received", "received"
        AWAITING_CONFIRMATION = "awaiting_confirmation", "awaiting confirmation"
        VERIFYING = "verifying", "to verify"
        DECIDING = "deciding", "ready to decide"
        RUNNING = "running", "running"
        ANSWERED = "answered", "answered"
        REFUSED = "refused", "refused"
        WITHDRAWN_BY_PERSON = "withdrawn_by_person", "withdrawn by the person"
        JOINED = "joined", "joined to another"

    class Channel(models.TextChoices):
        FORM = "form", "public form"
        API = "api", "scan backend"
        CODE = "code", "receipt code"

    class About(models.TextChoices):
        SELF = "self", "the person who asks"
        # Somebody else uploaded the picture. Whoever uploaded it is never told, and never shown to the person who asks.
        DEPICTED = "depicted", "a person in somebody else's picture"

    # A person's record is not joined to another one while a request about it is in one of these states (consent.actions.merge).
    holds_a_merge_while: ClassVar = frozenset({"received", "awaiting_confirmation", "verifying", "deciding", "running"})
    personal_data: ClassVar = PersonalData(
        subject="requester_id",
        leaves="What the person wrote is sealed under the requester's key; the record that the law demands for 24 months is kept: "
        "dates, kind, channel, answer and grounds.",
        fields={
            "code": Kind.LINK,
            "kind": Kind.NONE,
            "state": Kind.NONE,
            "channel": Kind.NONE,
            "about": Kind.NONE,
            "system": Kind.NONE,
            "residence": Kind.LINK,
            "claim_sealed": Kind.SEALED,
            "claim_index": Kind.INDEX,
            "status_code_hash": Kind.NONE,
            "confirm_hash": Kind.NONE,
            "law": Kind.NONE,
            "law_why": Kind.NONE,
            "language": Kind.NONE,
            "verified_how": Kind.NONE,
            "grounds": Kind.NONE,
            "decided_by": Kind.STAFF,
        },
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What people quote: EF-XXXX-XXXX-…, random, opens nothing alone.
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=RequestKind)
    state = models.CharField(max_length=24, choices=State, default=State.RECEIVED)
    channel = models.CharField(max_length=10, choices=Channel)
    about = models.CharField(max_length=10, choices=About, default=About.SELF)
    # The browser said `Sec-GPC: 1` when this was sent: an opt-out of sharing, beside what was asked.
    gpc = models.BooleanField(default=False)
    # The connected system whose client handed it in; only that system may read it again. Empty for the public form.
    system = models.SlugField(max_length=60, blank=True)
    # Who wrote to us: a subject of its own, so that an unknown reference is stored exactly like a known one.
    requester = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="made_requests")
    # Whom it is about, once that is verified.
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="requests")
    claim_sealed = models.BinaryField()
    claim_index = models.BinaryField(max_length=32)
    residence = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=10, default="en")
    status_code_hash = models.BinaryField(max_length=32)
    confirm_hash = models.BinaryField(max_length=32, null=True, unique=True)
    received_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    due = models.DateField(null=True)
    due_safe = models.DateField(null=True)
    law = models.CharField(max_length=40, blank=True)
    law_why = models.JSONField(default=list)
    verified_how = models.CharField(max_length=40, blank=True)
    joined_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="requests")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    grounds = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    history = HistoricalRecords(excluded_fields=["claim_sealed", "claim_index", "confirm_hash", "status_code_hash"])

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="dsar_request_state",
                condition=models.Q(
                    state__in=[
                        "received",
                        "awaiting_confirmation",
                        "verifying",
                        "deciding",
                        "running",
                        "answered",
                        "refused",
                        "withdrawn_by_person",
                        "joined",
                    ]
                ),
            ),
            # The same request twice is one request (F11): one open request of a kind per claimed reference and address.
            models.UniqueConstraint(
                fields=["claim_index", "kind"],
                condition=models.Q(state__in=["received", "awaiting_confirmation", "verifying", "deciding", "running"]),
                name="dsar_request_one_open",
            ),
            models.CheckConstraint(
                name="dsar_request_answered_has_order",
                condition=~models.Q(state__in=["running", "answered"]) | models.Q(order__isnull=False),
            ),
        ]
        permissions: ClassVar = [
            ("decide_request", "Can verify, approve and refuse requests"),
            ("view_person", "Can see who a request is from"),
        ]
        indexes: ClassVar = [models.Index(fields=["due_safe"], name="dsar_request_due", condition=models.Q(answered_at__isnull=True))]

    def __str__(self) -> str:
        return self.code
