"""Write entries, in the transaction of the facts they record."""

import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from compliance.audit.models import Entry, Pending
from compliance.audit.rules import commitment, payload_place, salt_place
from compliance.core.actor import Actor
from compliance.core.canonical import canonical
from compliance.core.sealing import Sealer


@dataclass(frozen=True)
class Fact:
    """What one entry says: `app:subject:verb`, the object it speaks of, and a payload."""

    kind: str
    object_id: str
    payload: Mapping[str, Any]


def record(
    *,
    kind: str,
    object_id: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any],
    sealer: Sealer | None = None,
    subject_id: uuid.UUID | None = None,
) -> Entry:
    """Add an entry `app:subject:verb` to the ledger and return it.

    With a `sealer` the payload and the salt of its commitment hang on that person's key. Without one the payload is stored
    as it is and must hold no personal data; `subject_id` may still say whom it concerns.
    Raises `TransactionManagementError` outside a transaction: a fact and its record stand or fall together.
    """
    _inside()
    entry = _entry(Fact(kind, object_id, payload), actor=actor, at=at, sealer=sealer, subject_id=subject_id)
    entry.save(force_insert=True)
    Pending.objects.create(entry=entry)
    return entry


def record_all(facts: Iterable[Fact], *, actor: Actor, at: datetime, sealer: Sealer | None = None) -> None:
    """The same for many facts about one person (or nobody), in two statements. One entry a fact."""
    _inside()
    entries = Entry.objects.bulk_create(_entry(fact, actor=actor, at=at, sealer=sealer, subject_id=None) for fact in facts)
    Pending.objects.bulk_create(Pending(entry=entry) for entry in entries)


def _inside() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() needs the transaction of the fact it records")


def _entry(fact: Fact, *, actor: Actor, at: datetime, sealer: Sealer | None, subject_id: uuid.UUID | None) -> Entry:
    uid = uuid.uuid4()
    body = canonical(dict(fact.payload))
    salt = sealer.salt(salt_place(uid)) if sealer else secrets.token_bytes(32)
    return Entry(
        uid=uid,
        kind=fact.kind,
        at=at,
        actor_name=actor.name,
        actor_role=actor.role,
        subject_id=sealer.subject_id if sealer else subject_id,
        object_id=fact.object_id,
        payload=None if sealer else dict(fact.payload),
        payload_sealed=sealer.seal(payload_place(uid), body.decode()) if sealer else None,
        commitment=commitment(salt, body),
        salt=None if sealer else salt,
    )
