"""Workers that kill themselves at a boundary: the moment before and after each commit, each call to a backend, each mail.

A worker is a forked process that dies by its own kill -9. What the database and the backend's disk hold then is what they would
hold after a power cut at that moment.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from django.core.mail import EmailMessage
from django.db import connection, connections
from django.db.transaction import Atomic

from compliance.backend.protocol import Client
from compliance.core import clock
from compliance.delivery.actions import Handler, drain
from compliance.delivery.models import Promise


def die_at(boundary: int) -> None:
    """Patch this (forked) process so that it kills itself at the given boundary."""
    passed = 0

    def step() -> None:
        nonlocal passed
        passed += 1
        if passed == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    leave = Atomic.__exit__

    def watched_exit(self: Atomic, *error: Any) -> None:
        outermost = not connection.savepoint_ids and connection.in_atomic_block
        if outermost:
            step()
        leave(self, *error)
        if outermost:
            step()

    def watched(act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*args: Any, **options: Any) -> Any:
            step()
            answer = act(*args, **options)
            step()
            return answer

        return acting

    Atomic.__exit__ = watched_exit  # type: ignore[method-assign]  # this process dies with its patches
    Client._call = watched(Client._call)  # type: ignore[method-assign]  # as above
    EmailMessage.send = watched(EmailMessage.send)  # type: ignore[method-assign]  # as above


def in_a_fork(work: Callable[[], None]) -> bool:
    """Run `work` in a process of its own; True when it came to its end, False when it was killed."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            connections.close_all()
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status)


def look(handlers: Mapping[str, Handler], *, limit: int) -> int:
    """One worker's look after a while: leases of the dead are over and all is due. Returns on how many promises it worked."""
    Promise.objects.filter(state="waiting").update(due_at=clock.now(), lease_until=None)
    return drain(handlers, limit=limit)


def killed(boundary: int, handlers: Mapping[str, Handler], *, limit: int) -> bool:
    """A worker looks and dies at the boundary; False when it was done before it came there."""

    def work() -> None:
        die_at(boundary)
        look(handlers, limit=limit)

    return not in_a_fork(work)
