"""Every error of the API as RFC 9457 `application/problem+json`."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.module_loading import import_string
from rest_framework.exceptions import APIException, ValidationError

from compliance.access.api.parsers import FaceData
from compliance.access.middleware import problem_response
from compliance.core import clock
from compliance.core.errors import EffaceError, FieldError, Invalid, NotFound

log = structlog.get_logger(__name__)


class Problem(EffaceError):
    """An error that the framework raised, with the status it chose."""

    def __init__(self, status: int, code: str, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.title = status, code, title


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. None lets Django answer 500: what we did not foresee is not dressed up."""
    problem = translate(error)
    if problem is None:
        return None
    if isinstance(error, FaceData):
        # The registry of violations lies on a higher floor; the settings name who keeps it.
        import_string(settings.FACE_DATA_REPORTER)(system=context["request"].user.client.system, at=clock.now())
    response = problem_response(problem)
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def translate(error: Exception) -> EffaceError | None:
    if isinstance(error, EffaceError):
        return error
    if isinstance(error, Http404):
        return NotFound("There is nothing at this address that you may see.")
    if isinstance(error, ValidationError):
        return Invalid("Some fields are not as they must be.", list(field_errors(error.detail)))
    if isinstance(error, APIException):
        title = HTTPStatus(error.status_code).phrase.capitalize()
        return Problem(error.status_code, str(error.default_code).replace("_", "-"), title, str(error.detail))
    return None


def field_errors(detail: Any, pointer: str = "") -> Iterator[FieldError]:
    """Flatten DRF's nested error lists to JSON pointers."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from field_errors(inner, pointer if name == "non_field_errors" else f"{pointer}/{escape(str(name))}")
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for number, inner in enumerate(detail):
            yield from field_errors(inner, f"{pointer}/{number}")
    elif isinstance(detail, list):
        for inner in detail:
            yield FieldError(pointer or "/", str(inner))
    else:
        yield FieldError(pointer or "/", str(detail))


def escape(name: str) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
