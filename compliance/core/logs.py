"""JSON log lines with a request id and without personal data."""

import logging
from typing import Any

import structlog

# Fields that a log line may carry. Anything else is dropped: a closed list leaks nothing that somebody adds in a hurry.
ALLOWED = frozenset(
    """event level logger timestamp request_id method route status ms topic promise error attempt order artifact system
    subject request document count size state kind client key_prefix setting due seconds index name""".split()
)


def only_allowed(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop every field that is not on the list."""
    return {name: value for name, value in event.items() if name in ALLOWED}


PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    only_allowed,
    structlog.processors.JSONRenderer(),
]


class JsonHandler(logging.Handler):
    """Lines of libraries (Django, Celery), as JSON and without their arguments or tracebacks, which may quote a person."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log = structlog.get_logger("library")
        log.log(record.levelno, record.name, logger=record.name, error=error, name=str(record.msg)[:80] if not record.args else None)
