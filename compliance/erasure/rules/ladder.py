"""The ladder of an outcome as a table, and the words for why an order exists."""

from datetime import timedelta

from django.db.models import Q

from compliance.erasure.models import Order, Rung

ARROWS: dict[str, frozenset[str]] = {
    Rung.PLANNED: frozenset({Rung.CALLED, Rung.HELD, Rung.UNREACHABLE}),
    Rung.UNREACHABLE: frozenset({Rung.CALLED, Rung.HELD}),
    Rung.CALLED: frozenset({Rung.ACKNOWLEDGED, Rung.REFUSED, Rung.UNREACHABLE}),
    # A refusal is not an end: the artifact is still there, so it is asked for again.
    Rung.REFUSED: frozenset({Rung.CALLED, Rung.HELD}),
    Rung.ACKNOWLEDGED: frozenset({Rung.ABSENT, Rung.CALLED, Rung.HELD}),
    Rung.ABSENT: frozenset({Rung.PURGED, Rung.REAPPEARED}),
    Rung.PURGED: frozenset({Rung.PARTIES_CONFIRMED, Rung.REAPPEARED}),
    Rung.PARTIES_CONFIRMED: frozenset({Rung.BACKUPS_EXPIRED, Rung.REAPPEARED}),
    Rung.BACKUPS_EXPIRED: frozenset({Rung.REAPPEARED}),
    Rung.REAPPEARED: frozenset({Rung.CALLED, Rung.HELD}),
    Rung.HELD: frozenset({Rung.PLANNED}),
}

# The rungs on which an order may end: read back as absent, and reported as purged by the store.
DONE = frozenset({Rung.PURGED, Rung.PARTIES_CONFIRMED, Rung.BACKUPS_EXPIRED})
# An exception by name: the system had lost it before we asked, so no store has anything to purge. It stays "absent".
NOT_THERE = "not there when we asked"
# The other: a hold keeps it. Nothing is destroyed under a hold, and the document says so.
ENDED = Q(rung__in=DONE) | Q(rung=Rung.ABSENT, detail=NOT_THERE) | Q(rung=Rung.HELD)

# What still waits to be asked for.
TO_CALL = frozenset({Rung.PLANNED, Rung.REAPPEARED})
# Asked for, and still there: refused, said to be deleted, or without a word. Asked again under a new call, not at every look.
ASK_AGAIN = frozenset({Rung.REFUSED, Rung.ACKNOWLEDGED, Rung.UNREACHABLE})
ASK_AGAIN_AFTER = timedelta(hours=1)
# An order that is open longer than this is late: each artifact that keeps it open becomes a violation with its age.
LATE_AFTER = timedelta(hours=1)
# The rungs in the order in which they are climbed, for pages and documents.
LADDER = (Rung.PLANNED, Rung.CALLED, Rung.ACKNOWLEDGED, Rung.ABSENT, Rung.PURGED, Rung.PARTIES_CONFIRMED, Rung.BACKUPS_EXPIRED)

REASONS: dict[str, str] = {
    Order.Reason.REQUEST: "The person asked for it",
    Order.Reason.WITHDRAWAL: "The person took back their consent",
    Order.Reason.SCHEDULE: "Its time under the retention schedule was up",
    Order.Reason.VIOLATION: "It should not have been there",
    Order.Reason.RESTORE: "A restored backup had brought it back",
}
# A person waits for these; the others keep to their own pace.
URGENT = frozenset({Order.Reason.REQUEST, Order.Reason.WITHDRAWAL})
# When several reasons meet in one order, the earlier one names it.
PRECEDENCE = (Order.Reason.REQUEST, Order.Reason.WITHDRAWAL, Order.Reason.RESTORE, Order.Reason.VIOLATION, Order.Reason.SCHEDULE)

METHODS = {"personal_model": "destroy_model", "embedding": "delete_and_compact"}
BATCH = 500
