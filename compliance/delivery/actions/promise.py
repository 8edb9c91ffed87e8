"""Make a promise in the transaction of the fact that calls for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from compliance.delivery.models import Promise


class Cause(Protocol):
    """The fact that calls for a promise: a ledger entry, or another row that is written once."""

    @property
    def uid(self) -> UUID: ...


@dataclass(frozen=True)
class Once:
    """A row that is written once and calls for one piece of work, by its id."""

    uid: UUID


def promise(
    *, topic: str, payload: Mapping[str, str], because: Cause, at: datetime, due_at: datetime | None = None, urgent: bool = False
) -> Promise:
    """Add one piece of work: `topic` names its keeper in `compliance.wiring`, `payload` holds ids only.

    Keyed by the fact `because`, a ledger entry as a rule, so that one fact asks once. Workers are told after the commit; if that message is
    lost, beat finds the row. Raises outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("promise() needs the transaction of the fact that calls for it")
    row, _ = Promise.objects.get_or_create(
        key=f"{because.uid}:{topic}",
        defaults={"topic": topic, "payload": dict(payload), "urgent": urgent, "due_at": due_at or at, "made_at": at},
    )
    # One message for all promises of a transaction. What a rolled back savepoint registered is no longer in this list.
    if not any(hook[1] is announce for hook in connection.run_on_commit):
        transaction.on_commit(announce)
    return row


def announce() -> None:
    """Tell workers to look now. Best effort by design: a broker that is down costs a moment, never work."""
    if settings.ANNOUNCE_WORK:
        import_string(settings.ANNOUNCE_WORK)()
