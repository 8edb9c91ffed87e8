"""What a merge does to the releases of two records of one person. Pure: the later word of the person holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Key = tuple[str, str]


@dataclass(frozen=True)
class Said:
    """One thing a person said about a purpose (and piece): a release, active or not. `denied_at`: when they took it back or refused."""

    release: UUID
    key: Key
    signed_at: datetime
    active: bool
    denied_at: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """Releases to end: as withdrawn, because the person denied the purpose after signing them; or superseded by a later one."""

    withdrawn: frozenset[UUID]
    superseded: frozenset[UUID]


def plan(said: Iterable[Said], denials: Iterable[tuple[str, datetime]] = ()) -> Plan:
    """What ends when both records become one. `denials`: withdrawals of a whole purpose that found nothing to end.

    A signature never outlives a withdrawal or refusal that came after it, on whichever record. Of two that remain, the one that was
    signed later stays.
    """
    rows = list(said)
    refused = [(row.key, row.denied_at) for row in rows if row.denied_at]
    whole = list(denials)
    active = [row for row in rows if row.active]
    withdrawn = {row.release for row in active if _denied(row, refused, whole)}
    superseded: set[UUID] = set()
    latest: dict[Key, Said] = {}
    for row in sorted((row for row in active if row.release not in withdrawn), key=lambda row: (row.signed_at, row.release)):
        if row.key in latest:
            superseded.add(latest[row.key].release)
        latest[row.key] = row
    return Plan(frozenset(withdrawn), frozenset(superseded))


def _denied(row: Said, refused: list[tuple[Key, datetime]], whole: list[tuple[str, datetime]]) -> bool:
    own = any(key == row.key and at >= row.signed_at for key, at in refused)
    return own or any(purpose == row.key[0] and at >= row.signed_at for purpose, at in whole)
