"""What exists, told from the disk and the database together.

A thing is gone only when both its bytes and its row are gone.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from sqlite3 import Row

from examples.scan_backend.backend import Backend
from examples.scan_backend.files import Found, found, subject_tag
from examples.scan_backend.problems import ProblemError

FIELDS = ("id", "category", "subject", "store", "created_at", "derived_from", "size")
PAGE_LIMIT = 1000


def page(backend: Backend, *, subject: str | None, cursor: str | None, limit: int) -> tuple[list[dict[str, object]], str | None]:
    """Up to `limit` artifacts in order of creation, and the cursor of the next page or None."""
    rows = backend.db.read(
        "SELECT * FROM artifacts WHERE seq > ? AND (? IS NULL OR subject = ?) ORDER BY seq LIMIT ?",
        (_position(cursor), subject, subject, limit + 1),
    )
    shown = rows[:limit]
    following = _cursor(shown[-1]["seq"]) if len(rows) > limit else None
    return [{name: row[name] for name in FIELDS} for row in shown], following


def of_subject(backend: Backend, subject: str) -> list[Row]:
    return backend.db.read("SELECT * FROM artifacts WHERE subject = ? ORDER BY seq", (subject,))


def present(backend: Backend, ids: list[str]) -> list[str]:
    """Those of `ids` that still exist in any store or in the database, in the order asked."""
    there = {one for one in ids if backend.db.read("SELECT 1 FROM artifacts WHERE id = ?", (one,))}
    for store in backend.stores.values():
        there |= store.present(ids)
    return [one for one in ids if one in there]


def on_disk(backend: Backend, subject: str | None) -> list[dict[str, object]]:
    """Ground truth for tests: a walk over the disk that asks no table of artifacts.

    Paths are relative to the data folder; a vector is named as `file#id`, since all share one file.
    """
    tag = subject_tag(subject) if subject is not None else None
    return [
        {
            "path": _place(backend, one),
            "size": one.size,
            "category": one.category,
            "state": one.state,
        }
        for one in _walk(backend)
        if tag in (None, one.tag)
    ]


def _walk(backend: Backend) -> Iterator[Found]:
    for store in backend.stores.values():
        yield from store.walk()
    for path in sorted(backend.exports.iterdir()):
        yield from found(path, category="export")


def _place(backend: Backend, one: Found) -> str:
    path = one.path.relative_to(backend.data).as_posix()
    return path if one.id in path else f"{path}#{one.id}"


def _cursor(position: int) -> str:
    return urlsafe_b64encode(b"after:%d" % position).decode()


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        word, _, number = urlsafe_b64decode(cursor).decode().partition(":")
        position = int(number)
    except (ValueError, binascii.Error):
        word, position = "", 0
    if word != "after" or not 0 < position < 2**63:
        raise ProblemError(400, "This cursor is not one of ours.")
    return position
