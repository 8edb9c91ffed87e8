"""What a consent check asks the database: prepared, indexed, one round trip with the caller's key, by the database's own clock."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import OperationalError, connection

from compliance.core.actor import Actor
from compliance.core.taxonomy import Purpose
from compliance.subjects.queries import reference_index
from consent.queries.standing_sql import BY_REFERENCE, BY_SUBJECT, CHECK_MANY, CHECK_ONE
from consent.rules.decisions import Standing

Row = tuple[Any, ...]
WIDTH = len(Standing._fields)
# A blind index is 32 bytes long: nobody has this one.
NOBODY = b""


class Asked(NamedTuple):
    """Whom and what one check is about. A `reference` of None is looked up for nobody: it was refused before."""

    reference: str | None
    purpose: str
    piece: str = ""


class KeyFound(NamedTuple):
    """The API key with the prefix that was sent, and whom it speaks for. The caller compares the secret."""

    key_id: UUID
    secret_hash: bytes
    scopes: Sequence[str]
    usable: bool
    idle: bool
    client_id: UUID
    client: str
    system: str

    @property
    def actor(self) -> Actor:
        return Actor(self.client, "system")


class Found(NamedTuple):
    """The answer of one round trip: the key or None, a standing for each question, and the tokens that the database knows."""

    key: KeyFound | None
    standings: list[Standing | None]
    known: frozenset[UUID]


def check(asked: Sequence[Asked], *, prefix: str, fresh: Sequence[UUID] = ()) -> Found:
    """Where each question stands now, and whose key asks, all from one moment. Raises database errors: the caller denies."""
    values: dict[str, Any]
    known: Sequence[UUID] = ()
    if len(asked) == 1 and not fresh:
        who, purpose, piece = _columns(asked[0])
        values = {"who": who, "purpose": purpose, "piece": piece, "prefix": prefix}
        rows = fetch(CHECK_ONE, values)
    else:
        values = dict(zip(("who", "purpose", "piece"), _lists(map(_columns, asked)), strict=True))
        rows = fetch(CHECK_MANY, values | {"fresh": list(fresh), "prefix": prefix})
        known = rows[0][-1]
    caller = rows[0][WIDTH:]
    key = None if caller[0] is None else KeyFound(*caller[:8])
    return Found(key, [standing_of(row) for row in rows], frozenset(known))


def standings(pairs: Sequence[tuple[str, str]], piece: str = "") -> list[Standing | None]:
    """Where each (reference, purpose) stands now, in the order asked, all from one moment. None: the reference is unknown.

    `piece` counts for marketing only. Raises database errors: the caller denies.
    """
    return _standings(BY_REFERENCE, [_columns(Asked(reference, purpose, piece)) for reference, purpose in pairs])


def standings_of_subjects(pairs: Sequence[tuple[UUID, str]], piece: str = "") -> list[Standing | None]:
    """The same by the random id of the subject; None: there is no such subject."""
    return _standings(BY_SUBJECT, [(subject, purpose, _piece(purpose, piece)) for subject, purpose in pairs])


def standing(*, reference: str, purpose: str, piece: str = "") -> Standing | None:
    """Where one subject stands with one purpose now."""
    return standings([(reference, purpose)], piece)[0]


def fetch(sql: str, values: dict[str, Any]) -> list[Row]:
    """All rows of a read, prepared once a connection. A connection that the server closed meanwhile is opened anew, once."""
    try:
        return _execute(sql, values)
    except OperationalError:
        if connection.in_atomic_block or (connection.connection is not None and not connection.connection.closed):
            raise
        connection.close()
        return _execute(sql, values)


def standing_of(row: Row) -> Standing | None:
    """One row of `standing_sql` as a standing."""
    return None if row[0] is None else Standing._make(row[:WIDTH])


def _standings(sql: str, asked: Sequence[tuple[Any, str, str]]) -> list[Standing | None]:
    if not asked:
        return []
    who, purpose, piece = _lists(asked)
    return [standing_of(row) for row in fetch(sql, {"who": who, "purpose": purpose, "piece": piece})]


def _execute(sql: str, values: dict[str, Any]) -> list[Row]:
    connection.ensure_connection()
    raw = connection.connection
    # Django's cursors bind on the client's side and never prepare; it also turns preparing off for the whole connection, and may keep
    # it so for everything but this.
    raw.prepare_threshold = 0
    try:
        with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
            return cursor.execute(sql, values, prepare=True, binary=True).fetchall()
    finally:
        raw.prepare_threshold = None


def _columns(asked: Asked) -> tuple[bytes, str, str]:
    who = NOBODY if asked.reference is None else reference_index(asked.reference)
    return who, asked.purpose, _piece(asked.purpose, asked.piece)


def _piece(purpose: str, piece: str) -> str:
    """Every other purpose is stored without one, and would not be found with one."""
    return piece if purpose == Purpose.MARKETING else ""


def _lists(rows: Any) -> tuple[list[Any], list[str], list[str]]:
    who, purpose, piece = zip(*rows, strict=True)
    return list(who), list(purpose), list(piece)
