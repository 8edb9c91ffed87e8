"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from compliance.access import language


def operator(_request: HttpRequest) -> dict[str, str]:
    """The name of the company that makes the promise."""
    return {"operator": settings.OPERATOR_NAME}


def languages(request: HttpRequest) -> dict[str, Any]:
    """The same page in the other languages."""
    return {"languages": language.choices(request)}
