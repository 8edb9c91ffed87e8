"""Who is told of changes by webhook, and what became of each message."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from compliance.core.personal_data import nothing


class Endpoint(models.Model):
    """An address of the operator's own that wants to hear of changes, with the secret that signs what goes there."""

    personal_data: ClassVar = nothing(
        "url",
        "events",
        "secret_sealed",
        "previous_sealed",
        "why",
        why="A machine's address and its secrets, sealed under the service's key; and why it was switched off.",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    url = models.URLField("address", max_length=300, unique=True)
    # Names from `compliance.delivery.events`.
    events = ArrayField(models.CharField(max_length=60))
    secret_sealed = models.BinaryField(editable=False)
    # While a secret is being changed both sign, until then.
    previous_sealed = models.BinaryField(null=True, editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    enabled = models.BooleanField(default=True)
    # Why it is switched off; empty while it is on.
    why = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["secret_sealed", "previous_sealed"])

    class Meta:
        verbose_name = "webhook endpoint"

    def __str__(self) -> str:
        return self.url


class EndpointCondition(models.Model):
    """How an endpoint is doing: facts that change by the second and need no history."""

    personal_data: ClassVar = nothing(why="Two times and a count of faults.")

    endpoint = models.OneToOneField(Endpoint, primary_key=True, on_delete=models.PROTECT, related_name="condition")
    faults_in_a_row = models.PositiveIntegerField(default=0)
    # After a fault it is left alone until then: what waits for it keeps no worker.
    open_until = models.DateTimeField(null=True)
    # One call at a time: a hanging endpoint holds one worker, and the others serve the others.
    busy_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.faults_in_a_row} faults in a row"


class Message(models.Model):
    """One change for one endpoint. Ids only: what it says is built anew at each try, so that an erasure reaches it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        DEAD = "dead", "given up"

    personal_data: ClassVar = nothing("event", "state", "last_result", why="The random id of a change and the class of the last answer.")

    # Also the `webhook-id`: the same in every try and replay, so that a receiver knows what it has seen.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="messages")
    event = models.CharField(max_length=60)
    # The change it tells of; None for a test.
    about = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # Grows with each replay: a try of an earlier round is over, whatever its worker still believes.
    round = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(default=0)
    last_result = models.CharField(max_length=60, blank=True)
    next_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "webhook message"
        indexes: ClassVar = [
            models.Index(fields=["-made_at"], name="delivery_message_newest"),
            models.Index(fields=["made_at"], name="delivery_message_dead", condition=models.Q(state="dead")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "about", "event"], name="delivery_message_once"),
            models.CheckConstraint(name="delivery_message_state", condition=models.Q(state__in=["waiting", "delivered", "dead"])),
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.state})"
