"""The outbox: promises to be kept after the transaction that made them, and the signs of life of those who keep them."""

import uuid
from typing import ClassVar

from django.db import models

from compliance.core.personal_data import nothing


class Promise(models.Model):
    """One piece of work. The row is the work; a broker message only says "look now"."""

    class State(models.TextChoices):
        WAITING = "waiting"
        KEPT = "kept"

    personal_data: ClassVar = nothing(
        "topic", "payload", "key", "state", "last_error", why="Ids of rows and the name of an error class; kept as evidence of the work."
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    topic = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    # One promise per ledger entry and topic: the same fact never asks twice, the same state reached again does.
    key = models.CharField(max_length=200, unique=True)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-made_at"], name="delivery_promise_newest"),
            models.Index(fields=["-urgent", "due_at"], name="delivery_promise_waiting", condition=models.Q(state="waiting")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="delivery_promise_state", condition=models.Q(state__in=["waiting", "kept"])),
        ]

    def __str__(self) -> str:
        return f"{self.topic} ({self.state})"


class Sign(models.Model):
    """When beat, and a worker, last showed that they live."""

    personal_data: ClassVar = nothing("name", why="The name of a process and a time.")

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
