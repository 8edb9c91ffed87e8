"""Switches that make this backend misbehave on purpose, so that the other side can be tested."""

import itertools
import threading

from examples.scan_backend.problems import ProblemError
from examples.scan_backend.web import Response

MODES = {
    "none": "behaves",
    "lie": "says deleted, deletes nothing",
    "refuse": "refuses every item of a deletion",
    "flap": "answers every other protocol call with 503",
    "hang": "never answers a protocol call",
    "html": "answers every protocol call with 200 and a web page",
}
HANG_LIMIT_SECONDS = 3600.0


class Faults:
    """The current mode; kept in memory only, so that a restart behaves again."""

    def __init__(self, *, allowed: bool) -> None:
        self.allowed = allowed
        self.mode = "none"
        self._changed = threading.Event()
        self._calls = itertools.count()

    def switch(self, mode: str) -> None:
        if not self.allowed:
            raise ProblemError(404, "Faults are off: start with --allow-faults.")
        if mode not in MODES:
            raise ProblemError(422, f"`mode` must be one of {', '.join(MODES)}.")
        self.mode = mode
        # Whoever hangs now was let in under the old mode: let them go, and start afresh.
        self._changed.set()
        self._changed = threading.Event()

    def interfere(self) -> Response | None:
        """Spoil one protocol call, or answer None to let it pass."""
        if self.mode == "hang":
            self._changed.wait(HANG_LIMIT_SECONDS)
            raise ProblemError(504, "This call hung on purpose.")
        if self.mode == "flap" and next(self._calls) % 2 == 0:
            raise ProblemError(503, "Down on purpose; the next call works.", Retry_After="1")
        if self.mode == "html":
            return Response(
                200,
                b"<!doctype html><title>Hello</title><p>All is well.",
                "text/html; charset=utf-8",
            )
        return None
