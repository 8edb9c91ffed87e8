"""File locks that the kernel frees by itself when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """A file descriptor to lock; a child process does not inherit it."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def shared(descriptor: int) -> None:
    """Wait until nobody holds the lock alone, then hold it together with others."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def alone(descriptor: int) -> None:
    """Wait until nobody else holds the lock, then hold it alone."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def alone_at_once(descriptor: int) -> bool:
    """Hold the lock alone if that needs no waiting. A failed try loses a shared hold: the kernel works that way."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Run the block while no other process runs one under the same lock file."""
    descriptor = open_lock(path)
    try:
        alone(descriptor)
        yield
    finally:
        os.close(descriptor)
