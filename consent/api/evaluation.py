"""The consent check: OpenID AuthZEN Authorization API 1.0, one evaluation a call. A plain view, because it is asked before every scan.

Whatever goes wrong denies: a client allows on nothing but a 200 with `decision: true`.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from compliance.access.api.authentication import Caller, authenticate
from compliance.access.api.parsers import FaceData, inspect, no_duplicates, refuse_constant
from compliance.access.api.problems import Problem
from compliance.access.middleware import problem_response
from compliance.core import clock
from compliance.core.errors import EffaceError, FieldError, Malformed
from consent.queries import standing
from consent.rules.decisions import Reason, Standing, decide, without_asking

log = structlog.get_logger(__name__)
# Answers of this process by reason, for metrics: a counter in memory costs the hot path nothing.
ANSWERS: Counter[Reason] = Counter()
LONGEST_REFERENCE = 200


@dataclass(frozen=True)
class Question:
    """The parts of an AuthZEN request that decide. The resource must be there; nothing here depends on it yet."""

    subject_type: str
    reference: str
    purpose: str
    recipient: str | None
    system: str | None


@csrf_exempt
def evaluation(request: HttpRequest) -> HttpResponse:
    """`POST /access/v1/evaluation`."""
    if request.method != "POST":
        refused = problem_response(Problem(405, "method-not-allowed", "Method not allowed", "Ask with POST."))
        refused["Allow"] = "POST"
        return refused
    try:
        caller = _caller(request)
        question = _question(_body(request, caller))
        _own_system(question, caller)
        reason, found = _decide(question)
    except EffaceError as error:
        response = problem_response(error)
        if error.status == 401:
            response["WWW-Authenticate"] = "Bearer"
        return response
    except DatabaseError as error:
        ANSWERS[Reason.INTERNAL_ERROR] += 1
        log.error("check_failed", error=type(error).__name__)
        return problem_response(Problem(503, "unavailable", "The check cannot be answered", "Do not scan. Ask again in a moment."))
    ANSWERS[reason] += 1
    if reason != Reason.ACTIVE:
        log.info("check_denied", kind=reason.value, client=str(caller.client.pk), system=caller.client.system, count=ANSWERS[reason])
    return JsonResponse({"decision": reason == Reason.ACTIVE, "context": _context(reason, found)})


@csrf_exempt
@require_safe
def configuration(_request: HttpRequest) -> HttpResponse:
    """`GET /.well-known/authzen-configuration`: where to ask."""
    return JsonResponse(
        {
            "policy_decision_point": settings.BASE_URL,
            "access_evaluation_endpoint": f"{settings.BASE_URL}/access/v1/evaluation",
        }
    )


def _caller(request: HttpRequest) -> Caller:
    caller = authenticate(request.headers.get("Authorization", ""))
    if caller is None:
        raise Problem(
            401, "authentication-failed", "No valid API key", "This address needs a valid API key: “Authorization: Bearer efk_…”."
        )
    if "check" not in caller.key.scopes:
        raise Problem(
            403, "permission-denied", "Not allowed", "This key does not carry the scope “check”. Ask an officer for one that does."
        )
    return caller


def _body(request: HttpRequest, caller: Caller) -> Mapping[str, Any]:
    """The JSON of a question. A picture or a vector in it is refused and noted as a violation of the caller's system."""
    # AuthZEN asks for 400 here, not 415.
    if request.content_type != "application/json":
        raise Malformed("The body must be sent as application/json.")
    try:
        value = json.loads(request.body.decode(), object_pairs_hook=no_duplicates, parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise Malformed("The body is not valid JSON in UTF-8.") from None
    try:
        inspect(value, "", 0)
    except FaceData:
        import_string(settings.FACE_DATA_REPORTER)(system=caller.client.system, at=clock.now())
        raise
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object.")
    return value


def _question(body: Mapping[str, Any]) -> Question:
    """Read what decides; unknown fields are ignored. Raises `Malformed` naming every part that is missing or of the wrong type."""
    wrong: list[FieldError] = []
    subject_type, reference = _text(body, "subject", "type", wrong), _text(body, "subject", "id", wrong)
    purpose = _text(body, "action", "name", wrong)
    for part in ("type", "id"):
        _text(body, "resource", part, wrong)
    context = body.get("context", {})
    if not isinstance(context, dict):
        wrong.append(FieldError("/context", "an object, or nothing"))
        context = {}
    recipient, system = (_optional(context, name, wrong) for name in ("recipient", "system"))
    if wrong:
        raise Malformed("Parts of the question are missing or of the wrong type.", wrong)
    return Question(subject_type, reference, purpose, recipient, system)


def _text(body: Mapping[str, Any], part: str, name: str, wrong: list[FieldError]) -> str:
    inner = body.get(part)
    value = inner.get(name) if isinstance(inner, dict) else None
    if not isinstance(value, str) or not value:
        wrong.append(FieldError(f"/{part}/{name}", "a text is needed here"))
        return ""
    return value


def _optional(context: Mapping[str, Any], name: str, wrong: list[FieldError]) -> str | None:
    value = context.get(name)
    if value is not None and not isinstance(value, str):
        wrong.append(FieldError(f"/context/{name}", "a text, or nothing"))
        return None
    return value


def _own_system(question: Question, caller: Caller) -> None:
    if question.system is not None and question.system != caller.client.system:
        raise Problem(403, "permission-denied", "Not allowed", "This key speaks for another system than the one in the context.")


def _decide(question: Question) -> tuple[Reason, Standing | None]:
    if reason := without_asking(question.purpose):
        return reason, None
    if question.subject_type != "data_subject" or len(question.reference) > LONGEST_REFERENCE:
        return Reason.UNKNOWN_SUBJECT, None
    found = standing(reference=question.reference, purpose=question.purpose)
    return decide(found, recipient=question.recipient), found


def _context(reason: Reason, found: Standing | None) -> dict[str, Any]:
    """What stands beside the decision; a release is named only where there is one."""
    return {
        "reason": reason.value,
        "release_id": str(found.release_id) if found and found.release_id else None,
        "notice_version": str(found.notice_version) if found and found.notice_version else None,
        "expires_at": clock.to_text(found.expires_at) if found and found.expires_at and reason == Reason.ACTIVE else None,
        # While everything is being deleted no training release counts any more.
        "obligations": [] if found and found.trains and not found.erasing else [{"id": "no_training"}],
    }
