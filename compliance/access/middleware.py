"""Request ids, limits that hold before any view, and one log line a request."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from compliance.core.config import MAX_BODY, MAX_UPLOAD
from compliance.core.errors import EffaceError, LengthRequired, Malformed

log = structlog.get_logger(__name__)
SAFE_ID = re.compile(r"[A-Za-z0-9._~-]{1,100}")
GetResponse = Callable[[HttpRequest], HttpResponse]
# Programs read problem+json; people get a page in plain words.
PROGRAMS = ("/api/", "/access/", "/.well-known/")
# Where people hand in a paper.
UPLOADS = ("/sign/", "/admin/consent/", "/admin/erasure/hold/add/")
# The one list of ids that may be long: 100,000 of up to 200 characters, read line by line.
LIST = re.compile(r"/api/v1/datasets/[0-9a-f-]{36}/snapshots")
MAX_LIST = 24_000_000


class TooLarge(EffaceError):
    """The body is longer than `MAX_BODY`, whether it says so or is found to be."""

    status, code, title = 413, "too-large", "The body is too large"

    def __init__(self) -> None:
        super().__init__("A body may have 1 MB at most. Send several smaller ones.")


class RequestIdMiddleware:
    """Echoes `X-Request-ID` (or makes one), and logs method, route, status and time: no path, query, address or agent."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.monotonic()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        route = request.resolver_match.route if request.resolver_match else "unmatched"
        log.info("request", method=request.method, route=route, status=response.status_code, ms=round((time.monotonic() - started) * 1000))
        return response


class LimitsMiddleware:
    """Refuses bodies over 1 MB, with a paper over 6 MB (413), or of unknown length (411: they would be read as empty) and NUL in
    addresses (400), and keeps personal pages out of caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > limit_of(request.path):
            return too_large(request)
        if "HTTP_TRANSFER_ENCODING" in request.META and "CONTENT_LENGTH" not in request.META:
            return problem_response(LengthRequired("Send the body whole, with a Content-Length."))
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem_response(Malformed("An address cannot hold a NUL character."))
        response = self.get_response(request)
        if "Cache-Control" not in response and not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store"
        return response


def limit_of(path: str) -> int:
    """How many bytes a body sent to this address may have."""
    if LIST.fullmatch(path):
        return MAX_LIST
    return MAX_UPLOAD if path.startswith(UPLOADS) else MAX_BODY


def too_large(request: HttpRequest) -> HttpResponse:
    error = TooLarge()
    browser = "text/html" in request.headers.get("Accept", "") and not request.path.startswith(PROGRAMS)
    return render(request, "errors/too_large.html", status=error.status) if browser else problem_response(error)


def problem_response(error: EffaceError) -> JsonResponse:
    """An error as RFC 9457 `application/problem+json`."""
    body = {"type": f"urn:efface:problem:{error.code}", "title": error.title, "status": error.status, "detail": error.detail}
    if error.errors:
        body["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in error.errors]
    response = JsonResponse(body, status=error.status, content_type="application/problem+json")
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response
