"""The ledger's tables: entries, their place in the tree, the tree's nodes, and the signed checkpoints. All append-only."""

from typing import ClassVar

import pgtrigger
from django.db import models

from compliance.core.personal_data import Kind, PersonalData, nothing


def append_only() -> list[pgtrigger.Trigger]:
    """The triggers that make a table refuse every change but INSERT, for every role, TRUNCATE too."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'append-only: % cannot be truncated', TG_TABLE_NAME;",
        ),
    ]


class Entry(models.Model):
    """One fact. Written in the transaction of the fact itself; never changed, not even by its author."""

    append_only: ClassVar = True
    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="The payload is sealed under the person's key and dies with it; the commitment alone says nothing. "
        "Names of officers stay: they are the evidence of who acted.",
        fields={
            "kind": Kind.NONE,
            "actor_name": Kind.STAFF,
            "actor_role": Kind.NONE,
            "object_id": Kind.NONE,
            "payload": Kind.NONE,
            "payload_sealed": Kind.SEALED,
            "commitment": Kind.NONE,
            "salt": Kind.NONE,
        },
    )

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    kind = models.CharField(max_length=80)
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    object_id = models.CharField(max_length=200)
    payload = models.JSONField(null=True)
    payload_sealed = models.BinaryField(null=True)
    commitment = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            models.Index(fields=["subject_id", "id"], name="audit_entry_subject"),
            models.Index(fields=["object_id", "id"], name="audit_entry_object"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="audit_entry_one_payload",
                condition=models.Q(payload__isnull=False, payload_sealed__isnull=True)
                | models.Q(payload__isnull=True, payload_sealed__isnull=False),
            ),
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Pending(models.Model):
    """Entries that have no place in the tree yet. Written with the entry, taken away when it is sequenced."""

    personal_data: ClassVar = nothing(why="Holds the number of an entry for a few seconds.")

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.DO_NOTHING)

    class Meta:
        verbose_name_plural = "pending"

    def __str__(self) -> str:
        return str(self.entry_id)


class Leaf(models.Model):
    """The place of an entry in the tree: indexes without gaps, in the order in which transactions committed."""

    append_only: ClassVar = True
    personal_data: ClassVar = nothing("hash", why="A number and a hash over pseudonymous facts.")

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING)
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "leaves"
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return str(self.index)


class Node(models.Model):
    """A complete subtree of the RFC 6962 tree: `level` 1 spans 2 leaves, level n spans 2^n."""

    append_only: ClassVar = True
    personal_data: ClassVar = nothing("hash", why="A hash over hashes.")

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["level", "index"], name="audit_node_place")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """The signed root over the first `size` leaves, as a C2SP signed note; a copy goes to the journal outside the database."""

    append_only: ClassVar = True
    personal_data: ClassVar = nothing("root", "note", why="A size, a root hash and a signature.")

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return str(self.size)


def two_people(first: str, second: str) -> models.Q:
    """For a constraint: `second` did not do what `first` began. By account; by name where a program without an account acted.

    Both name a text field, with an integer field `<name>_account` beside it.
    """
    accounts = models.Q(**{f"{first}_account__isnull": False, f"{second}_account__isnull": False})
    other_account = accounts & ~models.Q(**{f"{second}_account": models.F(f"{first}_account")})
    return models.Q(**{second: ""}) | other_account | (~accounts & ~models.Q(**{second: models.F(first)}))
