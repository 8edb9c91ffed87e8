"""Tombstones: what ended, written outside the database, so that a restored copy of it cannot bring anything back to life.

One line of JSON each in `<journal>/tombstones/<day>.jsonl`, ids and a time only. A line is on disk before the write that it speaks
of is acknowledged. `Mark` says, inside the database, up to where each file was held against it: a restored database has an old
mark, and so exactly the lines since its backup are looked at again (capability M3).
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from compliance.audit.journal import sync_folder
from compliance.core import clock

SUFFIX = ".jsonl"
# A line holds two ids and a time; what is longer is not ours.
LONGEST = 300


class Ended(StrEnum):
    """What a line speaks of; its `id` is that of the release, the artifact, or the person."""

    RELEASE = "release"
    ARTIFACT = "artifact"
    PERSON = "person"


@dataclass(frozen=True)
class Tombstone:
    """One line: what ended, and when."""

    what: Ended
    id: UUID
    at: datetime


def folder() -> Path:
    place: Path = settings.JOURNAL_DIR
    return place / "tombstones"


def bury(*, what: Ended, ids: list[UUID], at: datetime) -> None:
    """Write lines once the transaction has committed, and before its caller answers anybody."""
    if ids:
        lines = "".join(json.dumps({"what": what, "id": str(one), "at": clock.to_text(at)}) + "\n" for one in ids)
        transaction.on_commit(lambda: append(f"{at:%Y-%m-%d}{SUFFIX}", lines.encode()))


def append(name: str, lines: bytes) -> None:
    """Append whole lines and see them to the disk. Several processes take turns."""
    place = folder()
    new = not (place / name).exists()
    place.mkdir(parents=True, exist_ok=True)
    handle = os.open(place / name, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        drop_half_a_line(handle)
        os.write(handle, lines)
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        sync_folder(place)


def drop_half_a_line(handle: int) -> None:
    """A writer that died within a line has answered nobody: what it left would spoil the next line."""
    size = os.fstat(handle).st_size
    tail = os.pread(handle, LONGEST, max(size - LONGEST, 0))
    if tail and not tail.endswith(b"\n") and b"\n" in tail:
        os.ftruncate(handle, size - len(tail.rpartition(b"\n")[2]))


def files() -> list[Path]:
    """The files of the journal, the oldest first."""
    return sorted(folder().glob(f"*{SUFFIX}")) if folder().is_dir() else []


def lines_from(path: Path, offset: int) -> Iterator[tuple[Tombstone | None, int]]:
    """Each whole line from `offset` on, with the offset after it. None for a line that cannot be read: the caller must not pass over it."""
    with path.open("rb") as file:
        file.seek(offset)
        while line := file.readline(LONGEST):
            if not line.endswith(b"\n"):
                if len(line) == LONGEST:
                    yield None, offset
                # Half a line: its writer died before it answered anybody, or is still writing.
                return
            offset += len(line)
            yield _read(line), offset


def _read(line: bytes) -> Tombstone | None:
    try:
        said = json.loads(line)
        return Tombstone(Ended(said["what"]), UUID(said["id"]), datetime.fromisoformat(said["at"]))
    except (ValueError, KeyError, TypeError):
        return None
