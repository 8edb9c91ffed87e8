"""The gate before the web application: nobody is served before the tombstones were held against this database (capability M3)."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.db import Error

from compliance.core import clock
from compliance.core.errors import EffaceError
from compliance.retention.actions import replay_tombstones

log = structlog.get_logger(__name__)
Start = Callable[..., Any]
# While it stays closed, tried again at most this often: seconds.
EVERY = 1.0
CLOSED = b"Not ready: this copy of the database is being held against the journal. Nothing is allowed until then.\n"


class Gate:
    """A WSGI application that answers 503 until the replay has succeeded once in this process; `/healthz` passes."""

    def __init__(self, application: Callable[[dict[str, Any], Start], Iterable[bytes]]) -> None:
        self.application = application
        self.open = False
        self.tried = -EVERY
        self.turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        if self.open or environ.get("PATH_INFO") == "/healthz" or self.replayed():
            return self.application(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "5")])
        return [CLOSED]

    def replayed(self) -> bool:
        """Try once more, one thread at a time."""
        with self.turn:
            if self.open or time.monotonic() - self.tried < EVERY:
                return self.open
            self.tried = time.monotonic()
            try:
                ended = replay_tombstones(at=clock.now())
            except (Error, OSError, EffaceError) as error:
                log.error("tombstones_not_replayed", error=type(error).__name__)
                return False
            if ended:
                log.warning("tombstones_replayed", count=ended)
            self.open = True
            return True
