"""Deletions: accepted as rows first, carried out by the worker, told item by item.

Order of steps, so that kill -9 anywhere is mended by the next start: the accepted rows, then the
bytes, then (in one transaction) the artifact's row goes and its outcome is written. An artifact
whose bytes are gone but whose row is left was deleted by us a moment ago.
"""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from examples.scan_backend import exports
from examples.scan_backend.backend import Backend
from examples.scan_backend.catalogue import METHODS, STORES
from examples.scan_backend.checks import checked, distinct, entries, text
from examples.scan_backend.clock import stamp
from examples.scan_backend.idempotency import fingerprint
from examples.scan_backend.problems import ProblemError

ITEM_FIELDS = ("id", "outcome", "reason", "purge", "purge_due", "at")
log = logging.getLogger(__name__)
_STORES = {store.name: store for store in STORES}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item. `forget`: the artifact's row goes with it (a liar keeps it)."""

    outcome: str
    reason: str | None = None
    purge: str = "none"
    purge_due: str | None = None
    forget: bool = True


def accept(connection: sqlite3.Connection, body: dict[str, object]) -> str:
    """Store a deletion to be carried out; answers its id. The same deletion twice is one."""
    deletion_id = text(body, "deletion_id")
    items = [_item(entry) for entry in entries(body, "items")]
    distinct([item[0] for item in items], "items")
    digest = fingerprint(body)
    known = connection.execute("SELECT body_hash FROM deletions WHERE id = ?", (deletion_id,)).fetchone()
    if known is None:
        _store(connection, deletion_id, digest, items)
    elif known["body_hash"] != digest:
        raise ProblemError(409, "This deletion_id was used for another deletion.")
    return deletion_id


def _item(entry: object) -> tuple[str, str, str]:
    if not isinstance(entry, dict):
        raise ProblemError(422, "Each item must be an object.")
    method = text(entry, "method")
    if method not in METHODS:
        raise ProblemError(422, f"`method` must be one of {', '.join(sorted(METHODS))}.")
    return checked(entry.get("id"), "id"), text(entry, "category"), method


def _store(connection: sqlite3.Connection, deletion_id: str, digest: str, items: list[tuple[str, str, str]]) -> None:
    connection.execute(
        "INSERT INTO deletions (id, body_hash, state) VALUES (?, ?, 'accepted')",
        (deletion_id, digest),
    )
    connection.executemany(
        "INSERT INTO deletion_items (deletion_id, id, category, method) VALUES (?, ?, ?, ?)",
        [(deletion_id, *item) for item in items],
    )


def status(backend: Backend, deletion_id: str) -> dict[str, object]:
    rows = backend.db.read("SELECT state FROM deletions WHERE id = ?", (deletion_id,))
    if not rows:
        raise ProblemError(404, "There is no such deletion.")
    items = backend.db.read("SELECT * FROM deletion_items WHERE deletion_id = ? ORDER BY seq", (deletion_id,))
    told = [{name: item[name] for name in ITEM_FIELDS} for item in items]
    return {"deletion_id": deletion_id, "state": rows[0]["state"], "items": told}


def run_open(backend: Backend, clock: Callable[[], datetime]) -> None:
    """Carry out every deletion that is not done, oldest first.

    The clock is read for each item: a long list must not claim that its last item went first.
    """
    for row in backend.db.read("SELECT id FROM deletions WHERE state <> 'done' ORDER BY seq"):
        _run(backend, row["id"], clock)


def _run(backend: Backend, deletion_id: str, clock: Callable[[], datetime]) -> None:
    """An item whose files cannot be reached stays pending and is tried again; the others go on."""
    _move(backend, deletion_id, "running")
    pending = "SELECT * FROM deletion_items WHERE deletion_id = ? AND outcome = 'pending' ORDER BY seq"
    for item in backend.db.read(pending, (deletion_id,)):
        at = clock()
        try:
            _write(backend, item, _carry_out(backend, item, at), at)
        except OSError as error:
            log.warning("an item of deletion %s waits: %s", deletion_id, type(error).__name__)
    if not backend.db.read(pending, (deletion_id,)):
        _move(backend, deletion_id, "done")


def _move(backend: Backend, deletion_id: str, state: str) -> None:
    with backend.db.transaction() as connection:
        connection.execute("UPDATE deletions SET state = ? WHERE id = ?", (state, deletion_id))


def _carry_out(backend: Backend, item: sqlite3.Row, at: datetime) -> Result:
    rows = backend.db.read("SELECT * FROM artifacts WHERE id = ?", (item["id"],))
    mode = backend.faults.mode
    if mode == "refuse":
        return Result("refused", reason="refused_on_purpose")
    if not rows:
        return _without_row(backend, item["id"])
    if mode == "lie":
        return Result("deleted", purge="done", forget=False)
    if refusal := _refusal(item, rows[0]):
        return Result("refused", reason=refusal)
    return _delete(backend, rows[0], at)


def _refusal(item: sqlite3.Row, artifact: sqlite3.Row) -> str | None:
    if item["category"] != artifact["category"]:
        return "category_mismatch"
    if item["method"] not in _STORES[artifact["store"]].methods:
        return "method_not_supported"
    return None


def _delete(backend: Backend, artifact: sqlite3.Row, at: datetime) -> Result:
    # Copies made for the person to take along are copies too.
    exports.remove_of(backend, artifact["subject"])
    backend.stores[artifact["store"]].delete(artifact["id"])
    if _STORES[artifact["store"]].purge == "deferred":
        return Result("deleted", purge="pending", purge_due=stamp(at + backend.purge_delay))
    return Result("deleted", purge="done")


def _without_row(backend: Backend, artifact_id: str) -> Result:
    """Erase stray bytes all the same; else repeat what an earlier deletion knows about the purge."""
    strays = [store for store in backend.stores.values() if store.present([artifact_id])]
    for store in strays:
        store.erase(artifact_id)
    if strays:
        return Result("deleted", purge="done")
    earlier = backend.db.read(
        "SELECT purge, purge_due FROM deletion_items WHERE id = ? AND purge <> 'none' ORDER BY seq DESC LIMIT 1",
        (artifact_id,),
    )
    return Result("absent", purge=earlier[0]["purge"], purge_due=earlier[0]["purge_due"]) if earlier else Result("absent")


def _write(backend: Backend, item: sqlite3.Row, result: Result, at: datetime) -> None:
    told = (result.outcome, result.reason, result.purge, result.purge_due, stamp(at), item["seq"])
    with backend.db.transaction() as connection:
        if result.outcome == "deleted" and result.forget:
            connection.execute("DELETE FROM artifacts WHERE id = ?", (item["id"],))
        connection.execute(
            "UPDATE deletion_items SET outcome = ?, reason = ?, purge = ?, purge_due = ?, at = ? WHERE seq = ?",
            told,
        )


def run_purges(backend: Backend, at: datetime) -> None:
    """Compact away what was tombstoned long enough ago."""
    rows = backend.db.read(
        "SELECT DISTINCT id FROM deletion_items WHERE purge = 'pending' AND purge_due <= ?",
        (stamp(at),),
    )
    ids = [row["id"] for row in rows]
    if not ids:
        return
    for store in backend.stores.values():
        store.purge(ids)
    with backend.db.transaction() as connection:
        connection.executemany(
            "UPDATE deletion_items SET purge = 'done' WHERE purge = 'pending' AND id = ?",
            [(one,) for one in ids],
        )
