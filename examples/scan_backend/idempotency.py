"""`Idempotency-Key` on writes: the same key and body replays the answer, another is refused."""

import hashlib
import json
import sqlite3
from collections.abc import Callable

from examples.scan_backend.checks import checked
from examples.scan_backend.database import Database
from examples.scan_backend.problems import ProblemError
from examples.scan_backend.web import Request, Response, answer

Make = Callable[[sqlite3.Connection, dict[str, object]], Response]


def once(db: Database, request: Request, make: Make) -> Response:
    """Run `make` in one transaction with the note that it ran.

    A refusal (ProblemError) rolls back and leaves no note, so that a corrected body may reuse its key.
    """
    if "idempotency-key" not in request.headers:
        raise ProblemError(400, "Send an Idempotency-Key.")
    key = checked(request.headers["idempotency-key"], "Idempotency-Key")
    body = request.json()
    digest = fingerprint([request.method, request.path, body])
    with db.transaction() as connection:
        row = connection.execute("SELECT * FROM idempotency WHERE key = ?", (key,)).fetchone()
        if row is None:
            return _first(connection, key, digest, make(connection, body))
    if row["body_hash"] != digest:
        raise ProblemError(422, "This Idempotency-Key was used for another call.")
    return answer(row["status"], json.loads(row["answer"]))


def fingerprint(value: object) -> str:
    """The same for the same JSON value, whatever its spacing and order of names."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _first(connection: sqlite3.Connection, key: str, digest: str, made: Response) -> Response:
    note = (key, digest, made.status, made.body.decode())
    connection.execute("INSERT INTO idempotency VALUES (?, ?, ?, ?)", note)
    return made
