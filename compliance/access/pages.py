"""Answers to errors: pages in plain words for people, problem+json for programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.access.middleware import PROGRAMS, problem_response
from compliance.core.errors import EffaceError, Malformed, NotFound


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came from elsewhere, or from a page left open too long."""
    return render(request, "errors/form_expired.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound("There is nothing at this address that you may see."), "errors/not_found.html")


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, EffaceError("We were told about it. Try again; the same Idempotency-Key is safe."), "errors/server_error.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, Malformed("The request cannot be read."), "errors/bad_request.html")


def answer(request: HttpRequest, error: EffaceError, page: str) -> HttpResponse:
    return problem_response(error) if request.path.startswith(PROGRAMS) else render(request, page, status=error.status)
