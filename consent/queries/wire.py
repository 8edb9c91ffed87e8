"""Straight to PostgreSQL: prepared statements on Django's own connection, binary both ways.

What a cursor does around one look-up by index costs more than the look-up: this leaves that out, and keeps what makes it safe. Errors
are Django's, transactions are Django's, and a connection that the server closed meanwhile is opened anew, once.
"""

from collections.abc import Sequence
from itertools import count
from struct import pack
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from psycopg import adapt
from psycopg.abc import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
Raw = psycopg.Connection[Any]
# Numbers of PostgreSQL's own types: they never change.
BYTEA, TEXT, UUID = 17, 25, 2950


class Prepared(NamedTuple):
    """A statement that one connection knows by `name`, and who reads its columns."""

    name: bytes
    reader: Transformer


_known: WeakKeyDictionary[Raw, dict[str, Prepared]] = WeakKeyDictionary()
_numbers = count()  # a name is never used twice, even where the first use was cut off


def fetch(sql: str, values: Sequence[bytes]) -> list[Row]:
    """All rows of one read. `values` for $1 and on, as PostgreSQL writes them in binary. Raises Django's database errors."""
    try:
        return _fetch(sql, values)
    except OperationalError:
        if connection.in_atomic_block or (connection.connection is not None and not connection.connection.closed):
            raise
        connection.close()
        return _fetch(sql, values)


def array(of: int, items: Sequence[bytes]) -> bytes:
    """A one-dimensional array without NULLs, of the type with the number `of`."""
    head = pack(">iiIii", 1, 0, of, len(items), 1) if items else pack(">iiI", 0, 0, of)
    return head + b"".join([len(item).to_bytes(4, "big") + item for item in items])


def _fetch(sql: str, values: Sequence[bytes]) -> list[Row]:
    # Once: each look through Django's proxy finds the thread's connection anew.
    ours = connections[DEFAULT_DB_ALIAS]
    ours.ensure_connection()
    raw: Raw = ours.connection
    with ours.wrap_database_errors:
        if not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE:
            # Django leaves BEGIN to the first cursor of a transaction; what is read here belongs into it.
            raw.execute("SELECT")
        known = _known.setdefault(raw, {})
        prepared = known.get(sql) or _prepare(raw, sql, known)
        result = raw.pgconn.exec_prepared(prepared.name, values, [Format.BINARY] * len(values), Format.BINARY)
        _check(raw, result, ExecStatus.TUPLES_OK)
        prepared.reader.set_pgresult(result, set_loaders=False)
        return prepared.reader.load_rows(0, result.ntuples, tuple)


def _prepare(raw: Raw, sql: str, known: dict[str, Prepared]) -> Prepared:
    # Not the connection, which it would keep alive: times are read as UTC, texts as UTF-8.
    made = Prepared(f"efface_{next(_numbers)}".encode(), adapt.Transformer(raw.adapters))
    _check(raw, raw.pgconn.prepare(made.name, sql.encode()), ExecStatus.COMMAND_OK)
    described = raw.pgconn.describe_prepared(made.name)
    _check(raw, described, ExecStatus.COMMAND_OK)
    made.reader.set_pgresult(described, format=Format.BINARY)
    known[sql] = made
    return made


def _check(raw: Raw, result: PGresult, good: ExecStatus) -> None:
    if result.status != good:
        raise psycopg.OperationalError("the connection to the database was lost") if raw.closed else error_from_result(result)
