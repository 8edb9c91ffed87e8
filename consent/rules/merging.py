"""What a merge does to the releases of two records of one person. Pure: the later word of the person holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Key = tuple[str, str]


@dataclass(frozen=True)
class Said:
    """One thing a person said about a purpose (and piece) on one of the two records: a release, active or not, or a refusal."""

    release: UUID
    record: UUID
    key: Key
    signed_at: datetime
    active: bool
    withdrawn_at: datetime | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """Releases to end: as withdrawn, because the person denied the purpose after signing them; or superseded by a later one."""

    withdrawn: frozenset[UUID]
    superseded: frozenset[UUID]


def plan(said: Iterable[Said], denials: Iterable[tuple[str, datetime]] = ()) -> Plan:
    """What ends when both records become one. `denials`: withdrawals of a whole purpose that found nothing to end.

    A signature never outlives a withdrawal that came after it, on whichever record, nor a later refusal on the other record. On its
    own record it does outlive a refusal: the page says that a no to the new text does not end the older release. Of two that remain,
    the one that was signed later stays.
    """
    rows = list(said)
    whole = list(denials)
    active = [row for row in rows if row.active]
    withdrawn = {row.release for row in active if _denied(row, rows, whole)}
    superseded: set[UUID] = set()
    latest: dict[Key, Said] = {}
    for row in sorted((row for row in active if row.release not in withdrawn), key=lambda row: (row.signed_at, row.release)):
        if row.key in latest:
            superseded.add(latest[row.key].release)
        latest[row.key] = row
    return Plan(frozenset(withdrawn), frozenset(superseded))


def _denied(row: Said, rows: list[Said], whole: list[tuple[str, datetime]]) -> bool:
    if any(purpose == row.key[0] and at >= row.signed_at for purpose, at in whole):
        return True
    return any(other.key == row.key and _meets(other, row) for other in rows)


def _meets(no: Said, row: Said) -> bool:
    """Whether `no` was said after `row` was signed, and about it."""
    taken_back = no.withdrawn_at is not None and no.withdrawn_at >= row.signed_at
    return taken_back or (no.refused_at is not None and no.refused_at >= row.signed_at and no.record != row.record)
