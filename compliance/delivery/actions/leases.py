"""Leases on promises, with a fencing token: a worker that was paused too long cannot write over its successor."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from compliance.core.errors import LeaseLost

# Database time throughout: workers' clocks may disagree, the database has one.
# ARRAY, not IN: the planner may run a sub-select of IN once per row, and then LIMIT holds for none of them.
CLAIM = """
UPDATE delivery_promise SET fence = fence + 1, attempts = attempts + 1,
       lease_until = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE id = ANY (ARRAY(
    SELECT id FROM delivery_promise
    WHERE state = 'waiting' AND due_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY urgent DESC, due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING id, fence, topic, payload::text, attempts
"""

GUARD = """
UPDATE delivery_promise SET lease_until = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE id = %(id)s AND fence = %(fence)s AND state = 'waiting'
"""


@dataclass(frozen=True)
class Lease:
    """The right to work on one promise until the lease ends or somebody else takes it with a higher fence."""

    id: UUID
    fence: int

    def guard(self) -> None:
        """Call first in every transaction that writes for this promise.

        Locks the promise's row, so that nobody takes it over before this transaction ends, and renews the lease. Raises
        `LeaseLost` when somebody already has.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("a lease guards a transaction; open one first")
        with connection.cursor() as cursor:
            cursor.execute(GUARD, {"seconds": settings.LEASE_SECONDS, "id": self.id, "fence": self.fence})
            if cursor.rowcount != 1:
                raise LeaseLost("Another worker took this promise over.")
