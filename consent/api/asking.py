"""How questions of the OpenID AuthZEN Authorization API 1.0 are read: for the check, for many at once, and for the searches.

These are plain views, asked before every scan. Whatever goes wrong denies: a client allows on nothing but `decision: true` in a 200.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from compliance.access.actions.keys import note_use
from compliance.access.api.authentication import authenticate, is_secret, parts_of
from compliance.access.api.parsers import FaceData, inspect, no_duplicates, refuse_constant
from compliance.access.api.problems import Problem
from compliance.access.middleware import problem_response
from compliance.core import clock
from compliance.core.errors import EffaceError, FieldError, Malformed
from compliance.evidence.token_keys import KeyMissing
from consent.queries.check import Asked, KeyFound

log = structlog.get_logger(__name__)
LONGEST_REFERENCE = 200
LONGEST_ACTION = 200
# Made once: json.loads and json.dumps with options of their own make one a call.
DECODER = json.JSONDecoder(object_pairs_hook=no_duplicates, parse_constant=refuse_constant)
ENCODER = json.JSONEncoder(separators=(",", ":"))
Wrong = list[FieldError]
View = Callable[[HttpRequest], HttpResponse]
T = TypeVar("T")


class Question(NamedTuple):
    """The parts of one evaluation that decide. `fresh` is None where no token was passed, and no token known where it was nonsense."""

    subject_type: str
    reference: str
    purpose: str
    resource_type: str
    resource_id: str
    recipient: str | None
    system: str | None
    piece: str
    action_id: str | None
    fresh: str | None

    @property
    def asked(self) -> Asked:
        """What the database is asked; nobody, for a subject that cannot be one of ours."""
        known = self.subject_type == "data_subject" and len(self.reference) <= LONGEST_REFERENCE
        return Asked(self.reference if known else None, self.purpose, self.piece)

    @property
    def token(self) -> UUID | None:
        try:
            return UUID(self.fresh) if self.fresh else None
        except ValueError:
            return None


def asked_with_post(view: View) -> View:
    """Answer POST alone; every error as a problem, none of them an allow."""

    @csrf_exempt
    @wraps(view)
    def ask(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            refused = problem_response(Problem(405, "method-not-allowed", "Method not allowed", "Ask with POST."))
            refused["Allow"] = "POST"
            return refused
        try:
            return view(request)
        except EffaceError as error:
            response = problem_response(error)
            if error.status == 401:
                response["WWW-Authenticate"] = "Bearer"
            return response
        except (DatabaseError, KeyMissing) as error:
            log.error("check_failed", error=type(error).__name__)
            return problem_response(Problem(503, "unavailable", "The check cannot be answered", "Do not scan. Ask again in a moment."))

    return ask


def sender(request: HttpRequest) -> tuple[str, str]:
    """Prefix and secret of the key that was sent. Who cannot be known is refused before anything is read."""
    parts = parts_of(request.META.get("HTTP_AUTHORIZATION", ""))
    if parts is None:
        raise unknown_key()
    return parts


def admit(found: KeyFound | None, secret: str) -> KeyFound:
    """The key that was found beside the answer, if its secret was sent and it may ask; raises 401 or 403."""
    if found is None or not is_secret(found.secret_hash, secret) or not found.usable:
        raise unknown_key()
    if "check" not in found.scopes:
        raise without_scope()
    if found.idle:
        note_use(key_id=found.key_id, at=clock.now())
    return found


def read(request: HttpRequest, ask: Callable[[Mapping[str, Any]], T]) -> T:
    """What `ask` reads in the body. What is wrong with a body is told to known callers only.

    A picture or a vector in it is noted as a violation of the caller's system.
    """
    try:
        return ask(_body(request))
    except EffaceError as error:
        caller = authenticate(request.META.get("HTTP_AUTHORIZATION", ""))
        if caller is None:
            raise unknown_key() from None
        if "check" not in caller.key.scopes:
            raise without_scope() from None
        if isinstance(error, FaceData):
            import_string(settings.FACE_DATA_REPORTER)(system=caller.client.system, at=clock.now())
        raise


def question(body: Mapping[str, Any]) -> Question:
    """One evaluation. Unknown fields are ignored. Raises `Malformed` naming every part that is missing or of the wrong type."""
    wrong: Wrong = []
    context = object_in(body, "context", wrong)
    made = Question(
        subject_type=text_in(body, "subject", "type", wrong),
        reference=text_in(body, "subject", "id", wrong),
        purpose=text_in(body, "action", "name", wrong),
        resource_type=text_in(body, "resource", "type", wrong),
        resource_id=text_in(body, "resource", "id", wrong),
        recipient=optional(context, "recipient", wrong),
        system=optional(context, "system", wrong),
        piece=optional(context, "piece", wrong) or "",
        action_id=optional(context, "action_id", wrong),
        fresh=optional(context, "at_least_as_fresh", wrong),
    )
    if made.action_id is not None and not 0 < len(made.action_id) <= LONGEST_ACTION:
        wrong.append(FieldError("/context/action_id", f"1 to {LONGEST_ACTION} characters"))
    complain(wrong)
    return made


def subject_in(item: Mapping[str, Any]) -> tuple[str, str] | None:
    """Type and id of a subject as they must be, or None."""
    match item.get("subject"):
        case {"type": str(kind), "id": str(reference)} if kind and reference:
            return kind, reference
    return None


def complain(wrong: Wrong) -> None:
    if wrong:
        raise Malformed("Parts of the question are missing or of the wrong type.", wrong)


def own_system(system: str | None, key: KeyFound) -> None:
    """Raises 403 for a question in the name of another system."""
    if system is not None and system != key.system:
        raise Problem(403, "permission-denied", "Not allowed", "This key speaks for another system than the one in the context.")


def text_in(body: Mapping[str, Any], part: str, name: str, wrong: Wrong) -> str:
    inner = body.get(part)
    value = inner.get(name) if isinstance(inner, dict) else None
    if not isinstance(value, str) or not value:
        wrong.append(FieldError(f"/{part}/{name}", "a text is needed here"))
        return ""
    return value


def object_in(body: Mapping[str, Any], part: str, wrong: Wrong) -> Mapping[str, Any]:
    value = body.get(part, {})
    if not isinstance(value, dict):
        wrong.append(FieldError(f"/{part}", "an object, or nothing"))
        return {}
    return value


def optional(context: Mapping[str, Any], name: str, wrong: Wrong) -> str | None:
    value = context.get(name)
    if value is not None and not isinstance(value, str):
        wrong.append(FieldError(f"/context/{name}", "a text, or nothing"))
        return None
    return value


def reply(body: Mapping[str, Any] | str) -> HttpResponse:
    """200 with JSON, made here or before: a denial is an answer too."""
    return HttpResponse(body if isinstance(body, str) else ENCODER.encode(body), content_type="application/json")


def unknown_key() -> Problem:
    words = "This address needs a valid API key: “Authorization: Bearer efk_…”."
    return Problem(401, "authentication-failed", "No valid API key", words)


def without_scope() -> Problem:
    words = "This key does not carry the scope “check”. Ask an officer for one that does."
    return Problem(403, "permission-denied", "Not allowed", words)


def _body(request: HttpRequest) -> Mapping[str, Any]:
    # AuthZEN asks for 400 here, not 415.
    if request.content_type != "application/json":
        raise Malformed("The body must be sent as application/json.")
    try:
        value = DECODER.decode(request.body.decode())
    except (ValueError, RecursionError):
        raise Malformed("The body is not valid JSON in UTF-8.") from None
    inspect(value, "", 0)
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object.")
    return value
