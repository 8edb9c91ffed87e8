"""JSON log lines on standard error, with a request id and without personal data.

Our own code logs a constant word and fields from a closed list. Lines of libraries are cut down to where they come from and,
for an error, its class and the places it went through: never its message, its arguments or a local variable.
"""

import logging
import sys
from types import TracebackType
from typing import Any

import structlog

# Fields that a log line may carry. Anything else is dropped: a closed list leaks nothing that somebody adds in a hurry.
ALLOWED = frozenset(
    (
        *("event", "level", "logger", "timestamp", "request_id", "method", "route", "status", "ms", "message", "error", "trace"),
        *("topic", "promise", "attempt", "order", "artifact", "system", "subject", "request", "document", "client", "key_prefix"),
        *("count", "size", "state", "kind", "setting", "due", "seconds", "index", "name"),
    )
)
MAX_TEXT = 200
MAX_FRAMES = 12


def only_allowed(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop every field that is not on the list, and cut long texts."""
    return {name: value[:MAX_TEXT] if isinstance(value, str) else value for name, value in event.items() if name in ALLOWED}


PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    only_allowed,
    structlog.processors.JSONRenderer(),
]


def trace(start: TracebackType | None) -> list[str]:
    """Where an error went through, innermost last: `module:function:line`. Names of code only, no values and no message."""
    frames: list[str] = []
    while start is not None:
        code = start.tb_frame.f_code
        frames.append(f"{start.tb_frame.f_globals.get('__name__', '?')}:{code.co_name}:{start.tb_lineno}")
        start = start.tb_next
    return frames[-MAX_FRAMES:]


class JsonHandler(logging.Handler):
    """Lines of libraries (Django, Celery, granian), as JSON and without anything that may quote a person.

    A message with arguments is a constant of the library's code and is kept as the template it is. A message without
    arguments may have been put together before, so only the name of its logger is.
    """

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        if record.args:
            fields["message"] = str(record.msg)
        if record.exc_info and record.exc_info[0]:
            fields |= {"error": record.exc_info[0].__name__, "trace": trace(record.exc_info[2])}
        structlog.get_logger("library").log(known_level(record.levelno), "library", **fields)


def known_level(number: int) -> int:
    """The nearest level below that structlog knows: libraries make up their own in between."""
    return max((level for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR) if level <= number), default=logging.DEBUG)


def configure(level: str) -> None:
    """Set up our own loggers. Celery replaces `sys.stderr` in workers, hence the one the process was started with."""
    structlog.configure(
        processors=PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.__stderr__ or sys.stderr),
        cache_logger_on_first_use=True,
    )


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING: one handler for every library. `django.server` repeats what our own middleware says better."""
    ours = {"handlers": ["json"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"json": {"class": "compliance.core.logs.JsonHandler"}},
        "root": {"handlers": ["json"], "level": level},
        "loggers": {
            "django": {**ours, "level": level},
            "django.server": {**ours, "level": "WARNING"},
            "celery": {**ours, "level": level},
            "_granian": {**ours, "level": level},
            # Each step of each document: of use to nobody.
            **{name: {**ours, "level": "WARNING"} for name in ("weasyprint", "fontTools", "pyhanko")},
            # Never: an access line holds addresses.
            "granian.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        },
    }
