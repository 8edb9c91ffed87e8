"""Write one entry, in the transaction of the fact it records."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from compliance.audit.models import Entry, Pending
from compliance.audit.rules import commitment, payload_place, salt_place
from compliance.core.actor import Actor
from compliance.core.canonical import canonical
from compliance.core.sealing import Sealer


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
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() needs the transaction of the fact it records")
    uid = uuid.uuid4()
    body = canonical(dict(payload))
    salt = sealer.salt(salt_place(uid)) if sealer else secrets.token_bytes(32)
    entry = Entry.objects.create(
        uid=uid,
        kind=kind,
        at=at,
        actor_name=actor.name,
        actor_role=actor.role,
        subject_id=sealer.subject_id if sealer else subject_id,
        object_id=object_id,
        payload=None if sealer else dict(payload),
        payload_sealed=sealer.seal(payload_place(uid), body.decode()) if sealer else None,
        commitment=commitment(salt, body),
        salt=None if sealer else salt,
    )
    Pending.objects.create(entry=entry)
    return entry
