"""Give committed entries their place in the tree."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction

from compliance.audit.merkle import Edge, leaf_hash
from compliance.audit.models import Entry, Leaf, Node, Pending
from compliance.audit.queries import stored_hash, tree_size
from compliance.audit.rules import LATE, LEAF_COLUMNS, leaf_data, leaf_fields

log = structlog.get_logger(__name__)

BATCH = 10_000
# Any number will do, as long as nothing else in this database takes an advisory lock of the same one.
LOCK = 6_962_000_001


def sequence(*, at: datetime) -> int:
    """Move every committed entry that waits into the tree; returns how many. 0 where another sequencer is at work.

    Entries are taken in the order in which they became visible, that is, committed; within one batch of 10,000, in the order
    in which they were written. Writers only ever insert, so they never wait for this.
    """
    done = 0
    while moved := sequence_batch(at=at):
        done += moved
        if moved < BATCH:
            break
    return done


@transaction.atomic(durable=True)
def sequence_batch(*, at: datetime) -> int:
    """One transaction's worth of `sequence`. Indexes have no gap: the next free one is read under the lock."""
    if not _alone():
        return 0
    waiting = list(Pending.objects.order_by("pk").values_list("pk", flat=True)[:BATCH])
    # An entry that has a place already stays there, whoever asks for it to wait again.
    entries = list(Entry.objects.filter(pk__in=waiting, leaf__isnull=True).only("pk", *LEAF_COLUMNS).order_by("pk"))
    _grow(entries)
    Pending.objects.filter(pk__in=waiting).delete()
    if entries and at - entries[0].at > LATE:
        log.warning("ledger_late", count=len(entries), seconds=int((at - entries[0].at).total_seconds()))
    return len(entries)


def _alone() -> bool:
    """Whether this is the only sequencer; true until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _grow(entries: Sequence[Entry]) -> None:
    edge = Edge.at(tree_size(), stored_hash)
    leaves: list[Leaf] = []
    nodes: list[Node] = []
    for entry in entries:
        hashed = leaf_hash(leaf_data(leaf_fields(entry)))
        leaves.append(Leaf(index=edge.size, entry=entry, hash=hashed))
        nodes += [Node(level=level, index=index, hash=node) for level, index, node in edge.append(hashed)]
    Leaf.objects.bulk_create(leaves)
    Node.objects.bulk_create(nodes)
