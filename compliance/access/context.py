"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def operator(_request: HttpRequest) -> dict[str, str]:
    """The name of the company that makes the promise."""
    return {"operator": settings.OPERATOR_NAME}
