"""The change feed: everything that changes what a check would answer, once, in order, without a gap."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Max

from compliance.core import clock
from compliance.core.errors import EffaceError
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Reference
from consent.models import Notice, Release
from consent.queries.check import standings_of_subjects
from consent.rules import cursors
from consent.rules.copies import copied
from consent.rules.cursors import Cursor, CursorEnded
from consent.rules.decisions import Reason, Standing, decide

# `statement_timestamp` is taken before the snapshot: whatever was committed before it is in.
# The life of a database: its cluster, and the timeline that a restore or a failover begins.
NOW = """
SELECT pg_current_snapshot()::text, statement_timestamp(), (SELECT max(xid) FROM consent_change),
       (SELECT system_identifier FROM pg_control_system())::text || '.' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
"""
ROWS = """
SELECT id, xid, at, event, purpose, subject_id FROM consent_change
WHERE xid >= %(lowest)s AND (xid, id) > (%(xid)s, %(id)s)
  AND pg_visible_in_snapshot(xid::text::xid8, %(reading)s::pg_snapshot)
  AND NOT pg_visible_in_snapshot(xid::text::xid8, %(seen)s::pg_snapshot)
ORDER BY xid, id LIMIT %(limit)s
"""


class OrderLost(EffaceError):
    """The rows were copied into a database whose transactions count from lower numbers: late ones could not be told from early."""

    status = 503
    code = "feed-order-lost"
    title = "The feed cannot say what is new"


class Row(NamedTuple):
    id: UUID
    xid: int
    at: datetime
    event: str
    purpose: str
    subject_id: UUID | None


@dataclass(frozen=True)
class Page:
    """`as_of`: with the last page of a pass (`more` is false), everything committed before it was delivered."""

    items: tuple[dict[str, Any], ...]
    cursor: str
    as_of: datetime
    more: bool


def page_after(after: str | None, limit: int) -> Page:
    """The next `limit` changes after a cursor, from the beginning without one. At most six queries, however many there are.

    Raises `Invalid` for what is no cursor, `CursorEnded` for one from another life or the future of this database, `OrderLost`.
    """
    with connection.cursor() as database:
        database.execute(NOW)
        snapshot, now, greatest, life = database.fetchone()
        if greatest is not None and greatest >= cursors.xmax(snapshot):
            raise OrderLost("The database was copied into another one. An officer finds what to do in docs/feed-and-webhooks.md.")
        cursor = _started(after, snapshot, now, life)
        database.execute(
            ROWS,
            {
                "lowest": cursor.lowest,
                "xid": cursor.xid,
                "id": cursor.id,
                "reading": cursor.reading,
                "seen": cursor.seen,
                "limit": limit + 1,
            },
        )
        rows = [Row(*row) for row in database.fetchall()]
    more, rows = len(rows) > limit, rows[:limit]
    following = cursor.at(rows[-1].xid, rows[-1].id) if more else cursor.done()
    return Page(tuple(_items(rows)), cursors.write(following), cursor.as_of or now, more)


def _started(after: str | None, snapshot: str, now: datetime, life: str) -> Cursor:
    """The pass that a cursor stands in, or a new one."""
    cursor = cursors.read(after) if after is not None else Cursor(life=life)
    if cursor.life != life or cursors.xmax(cursor.reading or cursor.seen) > cursors.xmax(snapshot):
        raise CursorEnded(f"The database was restored or moved since this cursor was given. {cursors.AGAIN}")
    return cursor if cursor.reading else cursor.begin(snapshot, now)


def _items(rows: Sequence[Row]) -> Iterable[dict[str, Any]]:
    subjects = {row.subject_id for row in rows if row.subject_id is not None}
    names, reaches = references_of(subjects), _reaches({row.purpose for row in rows if row.subject_id is None})
    wanted = _purposes(rows)
    pairs = sorted({(who, purpose) for who, purposes in wanted.items() for purpose in purposes if copied(purpose)})
    found = dict(zip(pairs, standings_of_subjects(pairs), strict=True))
    for row in rows:
        purposes = [] if row.subject_id is None else [row.purpose] if row.purpose else sorted(wanted[row.subject_id])
        yield {
            "id": str(row.id),
            "at": clock.to_text(row.at),
            "event": row.event,
            "purpose": row.purpose or None,
            "subject": str(row.subject_id) if row.subject_id else None,
            "references": names.get(row.subject_id, []) if row.subject_id else [],
            "reach": reaches.get(row.purpose) if row.subject_id is None else None,
            "decisions": [decision_of(p, found[row.subject_id, p]) for p in purposes if row.subject_id and (row.subject_id, p) in found],
        }


def decision_of(purpose: str, standing: Standing | None) -> dict[str, Any]:
    """What a check of this purpose would answer now, as a copy may keep it. An allowance ends at `not_after` by itself."""
    reason = decide(standing)
    allowed = reason == Reason.ACTIVE and standing is not None and standing.not_after is not None
    release = standing if allowed else None
    return {
        "purpose": purpose,
        "allowed": allowed,
        "reason": reason.value,
        "not_after": clock.to_text(release.not_after) if release and release.not_after else None,
        "recipients": sorted(release.recipients or ()) if release else [],
        "reach": release.reach if release else None,
        "release_id": str(release.release_id) if release and release.release_id else None,
    }


def references_of(subjects: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """The references of many subjects in clear, in one query. Nobody is in it who was erased."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in Reference.objects.select_related("subject").filter(subject_id__in=subjects, subject__wrapped_key__isnull=False):
        found[row.subject_id].append(sealer_of(row.subject).open(f"subjects.reference:{row.pk}", bytes(row.sealed)))
    return {subject: sorted(names) for subject, names in found.items()}


def _purposes(rows: Sequence[Row]) -> Mapping[UUID, set[str]]:
    """The purposes to look at for each person: those that changed, and every one they were ever asked for where all changed."""
    wanted: dict[UUID, set[str]] = defaultdict(set)
    everything = {row.subject_id for row in rows if row.subject_id and not row.purpose}
    for subject_id, purpose in Release.objects.filter(subject_id__in=everything).values_list("subject_id", "purpose").distinct():
        wanted[subject_id].add(purpose)
    for row in rows:
        if row.subject_id and row.purpose:
            wanted[row.subject_id].add(row.purpose)
    return wanted


def _reaches(purposes: Collection[str]) -> Mapping[str, int]:
    """How far the newest notice of each purpose reaches. Always asked, so that a page costs the same whatever is on it."""
    rows = Notice.objects.filter(purpose__in=purposes).values_list("purpose").annotate(reach=Max("reach"))
    return dict(rows)
