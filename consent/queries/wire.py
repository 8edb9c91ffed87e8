"""Straight to PostgreSQL: prepared statements on Django's own connection, binary both ways.

What a cursor does around one look-up by index costs more than the look-up: this leaves that out, and keeps what makes it safe. Errors
are Django's, transactions are Django's, and a connection that the server closed meanwhile is opened anew, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import pack
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import OperationalError, connection
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
Raw = psycopg.Connection[Any]
# Numbers of PostgreSQL's own types: they never change.
BYTEA, TEXT, UUID = 17, 25, 2950


@dataclass(frozen=True)
class Prepared:
    """A statement that one connection knows by `name`. `reader` knows the types of its columns from the first answer on."""

    name: bytes
    reader: Transformer
    typed: list[bool] = field(default_factory=list)


_known: WeakKeyDictionary[Raw, dict[str, Prepared]] = WeakKeyDictionary()


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
    parts = [pack(">iiIii", 1 if items else 0, 0, of, len(items), 1)] if items else [pack(">iiI", 0, 0, of)]
    for item in items:
        parts += (len(item).to_bytes(4, "big"), item)
    return b"".join(parts)


def _fetch(sql: str, values: Sequence[bytes]) -> list[Row]:
    connection.ensure_connection()
    raw: Raw = connection.connection
    with connection.wrap_database_errors:
        if not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE:
            # Django leaves BEGIN to the first cursor of a transaction; what is read here belongs into it.
            raw.execute("SELECT")
        known = _known.setdefault(raw, {})
        prepared = known.get(sql) or _prepare(raw, sql, known)
        result = raw.pgconn.exec_prepared(prepared.name, values, [Format.BINARY] * len(values), Format.BINARY)
        _check(raw, result, ExecStatus.TUPLES_OK)
        prepared.reader.set_pgresult(result, set_loaders=not prepared.typed)
        prepared.typed[:] = [True]
        return prepared.reader.load_rows(0, result.ntuples, tuple)


def _prepare(raw: Raw, sql: str, known: dict[str, Prepared]) -> Prepared:
    # Not the connection, which it would keep alive: times are read as UTC, texts as UTF-8.
    made = Prepared(f"efface_{len(known)}".encode(), Transformer(raw.adapters))
    _check(raw, raw.pgconn.prepare(made.name, sql.encode()), ExecStatus.COMMAND_OK)
    known[sql] = made
    return made


def _check(raw: Raw, result: PGresult, good: ExecStatus) -> None:
    if result.status == good:
        return
    if raw.closed:
        raise psycopg.OperationalError("the connection to the database was lost")
    raise error_from_result(result)
