"""SQLite, one connection behind one lock: this backend is small, and plain locking is easy to trust."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS artifacts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    category TEXT NOT NULL,
    subject TEXT NOT NULL,
    store TEXT NOT NULL,
    created_at TEXT NOT NULL,
    derived_from TEXT,
    size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('making', 'kept'))
);
CREATE INDEX IF NOT EXISTS artifacts_of_subject ON artifacts (subject, seq);
CREATE TABLE IF NOT EXISTS deletions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    body_hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'running', 'done'))
);
CREATE TABLE IF NOT EXISTS deletion_items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    deletion_id TEXT NOT NULL REFERENCES deletions (id),
    id TEXT NOT NULL,
    category TEXT NOT NULL,
    method TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'pending'
        CHECK (outcome IN ('pending', 'deleted', 'absent', 'refused')),
    reason TEXT,
    purge TEXT NOT NULL DEFAULT 'none' CHECK (purge IN ('done', 'pending', 'none')),
    purge_due TEXT,
    at TEXT,
    UNIQUE (deletion_id, id)
);
CREATE INDEX IF NOT EXISTS deletion_items_of_artifact ON deletion_items (id);
CREATE INDEX IF NOT EXISTS deletion_items_to_purge ON deletion_items (purge_due) WHERE purge = 'pending';
CREATE TABLE IF NOT EXISTS exports (
    id TEXT PRIMARY KEY,
    subject TEXT,
    regime TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'done', 'removed')),
    token TEXT NOT NULL UNIQUE,
    sha256 TEXT,
    expires_at TEXT
);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL
);
"""


class Database:
    """A file that survives kill -9 between any two statements; commits are on disk when they return."""

    def __init__(self, path: Path, schema: str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        # secure_delete: a deleted row's bytes are zeroed, not left in a free page.
        for pragma in (
            "journal_mode=DELETE",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; one at a time. Do no network and no long file work inside."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                yield self._connection

    def read(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def compact(self) -> None:
        """Rewrite the file without anything that was deleted from it."""
        with self._lock:
            self._connection.execute("VACUUM")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
