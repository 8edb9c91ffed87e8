"""`face-deletion/1` as this backend serves it: routes, the token, and answers."""

import hmac
import sqlite3

from examples.scan_backend import deletions, exports, inventory
from examples.scan_backend.backend import Backend
from examples.scan_backend.catalogue import declaration
from examples.scan_backend.checks import checked, distinct, entries
from examples.scan_backend.clock import now, stamp
from examples.scan_backend.idempotency import once
from examples.scan_backend.problems import ProblemError
from examples.scan_backend.web import Request, Response, answer

PREFIX = "/face-deletion/v1"
DEFAULT_PAGE = 100


def guard(backend: Backend, request: Request) -> Response | None:
    """The token, then the faults: an answer here takes the place of the real one."""
    given = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {backend.token}".encode()):
        raise ProblemError(401, "Send this backend's bearer token.", WWW_Authenticate="Bearer")
    return backend.faults.interfere()


def describe(backend: Backend, _request: Request) -> Response:
    return answer(200, declaration(backend.epoch))


def list_artifacts(backend: Backend, request: Request) -> Response:
    subject = request.query.get("subject")
    if subject is not None:
        checked(subject, "subject")
    as_of = stamp(now())
    items, following = inventory.page(backend, subject=subject, cursor=request.query.get("cursor"), limit=_limit(request))
    return answer(200, {"items": items, "next": following, "as_of": as_of})


def _limit(request: Request) -> int:
    given = request.query.get("limit", str(DEFAULT_PAGE))
    if not (given.isascii() and given.isdigit() and len(given) <= 4 and 1 <= int(given) <= inventory.PAGE_LIMIT):
        raise ProblemError(400, f"`limit` must be 1 to {inventory.PAGE_LIMIT}.")
    return int(given)


def lookup(backend: Backend, request: Request) -> Response:
    asked = distinct([checked(value, "ids") for value in entries(request.json(), "ids")], "ids")
    as_of = stamp(now())
    return answer(200, {"present": inventory.present(backend, asked), "as_of": as_of})


def accept_deletion(backend: Backend, request: Request) -> Response:
    def make(connection: sqlite3.Connection, body: dict[str, object]) -> Response:
        return answer(202, {"deletion_id": deletions.accept(connection, body), "state": "accepted"})

    response = once(backend.db, request, make)
    backend.wake.set()
    return response


def show_deletion(backend: Backend, _request: Request, deletion_id: str) -> Response:
    return answer(200, deletions.status(backend, checked(deletion_id, "deletion_id")))


def accept_export(backend: Backend, request: Request) -> Response:
    def make(connection: sqlite3.Connection, body: dict[str, object]) -> Response:
        export_id = exports.accept(connection, body)
        place = f"{PREFIX}/exports/{export_id}"
        return answer(202, {"export_id": export_id, "state": "accepted", "href": place})

    response = once(backend.db, request, make)
    backend.wake.set()
    return response


def show_export(backend: Backend, _request: Request, export_id: str) -> Response:
    return answer(200, exports.status(backend, checked(export_id, "export_id")))


ROUTES = (
    ("GET", PREFIX, describe),
    ("GET", f"{PREFIX}/artifacts", list_artifacts),
    ("POST", f"{PREFIX}/artifacts/lookup", lookup),
    ("POST", f"{PREFIX}/deletions", accept_deletion),
    ("GET", f"{PREFIX}/deletions/{{deletion_id}}", show_deletion),
    ("POST", f"{PREFIX}/exports", accept_export),
    ("GET", f"{PREFIX}/exports/{{export_id}}", show_export),
)
