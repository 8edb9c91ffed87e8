"""Who may call and do: officers, API clients with keys, remembered answers, counters of the rate limits."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from compliance.core.personal_data import Kind, PersonalData, nothing


class Scope(models.TextChoices):
    """What an API key may be used for (design: scan-backend)."""

    CHECK = "check", "ask the consent check"
    CONSENT_WRITE = "consent:write", "record releases and withdrawals"
    ARTIFACTS_WRITE = "artifacts:write", "register artifacts"
    SUBJECTS_WRITE = "subjects:write", "say what is known of a person; join a guest to an account"
    CHANGES_READ = "changes:read", "follow the feed of consent changes"
    TRAINING_WRITE = "training:write", "record datasets, snapshots, models and uses"
    RESTORES_WRITE = "restores:write", "say that a store was restored from a backup"
    REQUESTS_WRITE = "requests:write", "hand in requests and read their status"


class Officer(AbstractUser):
    """A member of the operator's staff who signs in to the admin."""

    personal_data: ClassVar = PersonalData(
        leaves="An account is closed, not deleted: the history and the ledger name who decided.",
        fields={name: Kind.STAFF for name in ("username", "first_name", "last_name", "email")} | {"password": Kind.NONE},
    )

    # The history must not keep old passwords, not even their hashes.
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta(AbstractUser.Meta):
        verbose_name = "officer"
        verbose_name_plural = "officers"


class ApiClient(models.Model):
    """A program that may call: usually one scan backend."""

    personal_data: ClassVar = PersonalData(
        leaves="A client is a machine; its name is evidence of who called.", fields={"name": Kind.STAFF, "system": Kind.NONE}
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    # The slug of the connected system this client speaks for; artifacts of other systems are not its business.
    system = models.SlugField(max_length=60)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "API client"
        verbose_name_plural = "API clients"

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A secret of a client: shown once, stored as SHA-256 of 256 random bits, found by its prefix."""

    personal_data: ClassVar = nothing("prefix", "secret_hash", "scopes", why="A hash of a machine's secret.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    secret_hash = models.BinaryField(max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope))
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords(excluded_fields=["secret_hash", "last_used_at"])

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return f"efk_{self.prefix}…"


class IdempotentWrite(models.Model):
    """The answer to a write, kept for a day so that a repeated call gets it again instead of a second effect."""

    personal_data: ClassVar = nothing(
        "key", "body_hash", "answer", why="The answer is sealed under the service's key, holds ids, and is deleted after a day."
    )

    id = models.BigAutoField(primary_key=True)
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT)
    key = models.CharField(max_length=200)
    body_hash = models.BinaryField(max_length=32)
    status = models.SmallIntegerField()
    answer = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "key"], name="access_write_once")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.status}"


class RateCount(models.Model):
    """How often one caller did one thing in one window. The caller is a keyed hash that changes every day."""

    personal_data: ClassVar = nothing(
        "bucket", why="A keyed hash of an address, useless after its day, deleted within the hour after its window."
    )

    bucket = models.CharField(primary_key=True, max_length=80)
    count = models.IntegerField(default=1)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.bucket
