"""A person's copy: a ZIP kept here for a week and handed out at an address nobody can guess.

It is removed with the first of the person's artifacts that is deleted, since it is a copy of it.
"""

import hashlib
import io
import json
import os
import secrets
import sqlite3
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from examples.scan_backend.backend import Backend
from examples.scan_backend.catalogue import CATEGORIES
from examples.scan_backend.checks import text
from examples.scan_backend.clock import stamp
from examples.scan_backend.files import subject_tag, sync_folder
from examples.scan_backend.inventory import FIELDS, of_subject
from examples.scan_backend.problems import ProblemError

KEPT_FOR = timedelta(days=7)
# Where the law gives a copy of everything. Elsewhere templates are described and never handed out.
FULL_COPY = ("gdpr", "eu", "uk")


def accept(connection: sqlite3.Connection, body: dict[str, object]) -> str:
    """Store the wish for an export; answers its id."""
    export_id = f"exp_{secrets.token_hex(12)}"
    text(body, "request")
    values = (export_id, text(body, "subject"), text(body, "regime"), secrets.token_urlsafe(32))
    connection.execute(
        "INSERT INTO exports (id, subject, regime, state, token) VALUES (?, ?, ?, 'accepted', ?)",
        values,
    )
    return export_id


def status(backend: Backend, export_id: str) -> dict[str, object]:
    """State `accepted`, `done` or `removed`; address, hash and end only while it can be fetched."""
    rows = backend.db.read("SELECT * FROM exports WHERE id = ?", (export_id,))
    if not rows:
        raise ProblemError(404, "There is no such export.")
    row = rows[0]
    done = row["state"] == "done"
    return {
        "export_id": export_id,
        "state": row["state"],
        "url": f"{backend.address}/demo/exports/{row['token']}" if done else None,
        "sha256": row["sha256"] if done else None,
        "expires_at": row["expires_at"] if done else None,
    }


def content(backend: Backend, token: str, at: datetime) -> bytes:
    rows = backend.db.read("SELECT * FROM exports WHERE token = ?", (token,))
    if not rows:
        raise ProblemError(404, "There is no such export.")
    path = _path(backend, rows[0])
    if rows[0]["state"] != "done" or rows[0]["expires_at"] <= stamp(at) or not path.exists():
        raise ProblemError(410, "This copy is not here any more, or not yet.")
    return path.read_bytes()


def build_open(backend: Backend, at: datetime) -> None:
    """Make every export that was accepted and is not made."""
    for row in backend.db.read("SELECT * FROM exports WHERE state = 'accepted'"):
        data = _archive(backend, row)
        _put(_path(backend, row), data)
        values = (hashlib.sha256(data).hexdigest(), stamp(at + KEPT_FOR), row["id"])
        with backend.db.transaction() as connection:
            connection.execute("UPDATE exports SET state = 'done', sha256 = ?, expires_at = ? WHERE id = ?", values)


def remove_of(backend: Backend, subject: str) -> None:
    rows = backend.db.read("SELECT * FROM exports WHERE subject = ? AND state = 'done'", (subject,))
    _remove(backend, rows)


def remove_expired(backend: Backend, at: datetime) -> None:
    rows = backend.db.read("SELECT * FROM exports WHERE state = 'done' AND expires_at <= ?", (stamp(at),))
    _remove(backend, rows)


def _remove(backend: Backend, rows: list[sqlite3.Row]) -> None:
    for row in rows:
        _path(backend, row).unlink(missing_ok=True)
        sync_folder(backend.exports)
        with backend.db.transaction() as connection:
            connection.execute("UPDATE exports SET state = 'removed', subject = NULL WHERE id = ?", (row["id"],))


def _path(backend: Backend, row: sqlite3.Row) -> Path:
    return backend.exports / f"{row['id']}.{subject_tag(row['subject'] or '')}.zip"


def _archive(backend: Backend, row: sqlite3.Row) -> bytes:
    full = row["regime"].lower().startswith(FULL_COPY)
    target = io.BytesIO()
    contents = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for artifact in of_subject(backend, row["subject"]):
            category = CATEGORIES[artifact["category"]]
            data = backend.stores[artifact["store"]].read(artifact["id"])
            included = data is not None and (full or not category.template)
            if data is not None and included:
                archive.writestr(f"{artifact['id']}.{category.extension}", data)
            listed = {name: artifact[name] for name in FIELDS if name != "subject"}
            contents.append(listed | {"included": included})
        archive.writestr("contents.json", json.dumps({"contents": contents}, indent=2))
    return target.getvalue()


def _put(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync_folder(path.parent)
