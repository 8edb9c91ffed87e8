"""Places in the change feed: between which two snapshots of the database a reader is, and how far.

A snapshot says of every transaction whether it had ended (PostgreSQL's `pg_snapshot`: `xmin:xmax:still,running`). What a reader
has seen is exactly what one snapshot saw, so the next pass reads what a later snapshot sees and that one did not: a transaction
that committed late is in it, however old its number is.
"""

import base64
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from compliance.core.errors import EffaceError, FieldError, Invalid

LONGEST = 8_000
MOST = 2**63
NOTHING = "1:1:"
FIRST = UUID(int=0)
AGAIN = "Start again: empty your copy, then call this address without `after`."


class CursorEnded(EffaceError):
    """The database is not the one that gave this cursor, or it was taken back in time: only a fresh start misses nothing."""

    status = 410
    code = "cursor-ended"
    title = "This cursor leads nowhere any more"


@dataclass(frozen=True)
class Cursor:
    """`seen`: the snapshot whose rows were all delivered. While a pass goes on: the snapshot it reads, when that was taken, and the
    last row delivered. `life` names the database and its history: numbers of transactions mean nothing in another one."""

    life: str
    seen: str = NOTHING
    reading: str = ""
    as_of: datetime | None = None
    xid: int = 0
    id: UUID = FIRST

    def begin(self, snapshot: str, as_of: datetime) -> "Cursor":
        """The first page of a pass."""
        return replace(self, reading=snapshot, as_of=as_of)

    def at(self, xid: int, id_: UUID) -> "Cursor":
        """After a page that was not the last one."""
        return replace(self, xid=xid, id=id_)

    def done(self) -> "Cursor":
        """After the last page of a pass."""
        return Cursor(life=self.life, seen=self.reading)

    @property
    def lowest(self) -> int:
        """No row below this number of a transaction is missing."""
        return max(xmin(self.seen), self.xid)


def write(cursor: Cursor) -> str:
    """A cursor as the text that callers keep. Opaque to them, and no secret."""
    parts: list[Any] = [cursor.life, cursor.seen]
    if cursor.reading and cursor.as_of:
        parts += [cursor.reading, cursor.as_of.isoformat(), cursor.xid, str(cursor.id)]
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def read(text: str) -> Cursor:
    """The cursor in a text. Raises `Invalid` for what this feed never gave."""
    if len(text) > LONGEST:
        raise wrong()
    try:
        parts = json.loads(base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True))
        life, seen, *rest = parts
        cursor = Cursor(life=_text(life), seen=checked(_text(seen)))
        if rest:
            reading, as_of, xid, id_ = rest
            moment = datetime.fromisoformat(_text(as_of))
            if moment.tzinfo is None:
                raise ValueError("no offset")
            moment = moment.astimezone(UTC)
            cursor = cursor.begin(checked(_text(reading)), moment).at(_number(xid), UUID(_text(id_)))
            _later(cursor, moment)
    except (ValueError, TypeError, RecursionError, OverflowError):
        raise wrong() from None
    return cursor


def wrong() -> Invalid:
    return Invalid("This is no cursor of the change feed.", [FieldError("/after", f"Pass a `cursor` as you were given it. {AGAIN}")])


def checked(snapshot: str) -> str:
    """A snapshot as PostgreSQL writes it; ValueError for anything else."""
    low, high, running = snapshot.split(":")
    numbers = [_digits(low), *map(_digits, filter(None, running.split(","))), _digits(high)]
    if numbers != sorted(numbers) or len(set(numbers[1:])) != len(numbers[1:]) or numbers[0] < 1 or numbers[-1] >= MOST:
        raise ValueError("no snapshot")
    return snapshot


def xmin(snapshot: str) -> int:
    """The oldest transaction that was still running: all below had ended."""
    return int(snapshot.split(":")[0])


def xmax(snapshot: str) -> int:
    """The first number that was not given to any transaction yet."""
    return int(snapshot.split(":")[1])


def _later(cursor: Cursor, moment: datetime) -> None:
    if moment.tzinfo is None or xmax(cursor.reading) < xmax(cursor.seen):
        raise ValueError("no pass")


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ValueError("no number")
    return int(text)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < MOST:
        raise ValueError("no number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
