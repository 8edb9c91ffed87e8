"""The one thread that destroys: deletions, purges, exports. What to do stands in the database."""

import logging
import sqlite3
import threading
from collections.abc import Callable

from examples.scan_backend import deletions, exports
from examples.scan_backend.backend import Backend
from examples.scan_backend.clock import now

POLL_SECONDS = 0.2
REST_AFTER_TROUBLE_SECONDS = 1.0
log = logging.getLogger(__name__)


class Worker(threading.Thread):
    """Calls `when_over` when it ends, wanted or not: a backend that cannot delete must not serve."""

    def __init__(self, backend: Backend, when_over: Callable[[], None]) -> None:
        super().__init__(name="worker", daemon=True)
        self._backend = backend
        self._when_over = when_over
        self._stop_wanted = threading.Event()

    def run(self) -> None:
        try:
            while not self._stop_wanted.is_set():
                self._backend.wake.wait(self._look())
                self._backend.wake.clear()
        finally:
            self._when_over()

    def stop(self) -> None:
        self._stop_wanted.set()
        self._backend.wake.set()
        self.join()

    def _look(self) -> float:
        """Do all that is due; answers how long to rest, in seconds."""
        try:
            deletions.run_open(self._backend, clock=now)
            deletions.run_purges(self._backend, now())
            exports.remove_expired(self._backend, now())
            exports.build_open(self._backend, now())
        except (OSError, sqlite3.Error) as error:
            log.warning("work waits: %s", error)
            return REST_AFTER_TROUBLE_SECONDS
        return POLL_SECONDS
