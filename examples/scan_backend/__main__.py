"""`python -m examples.scan_backend --port 8001 --data DIR`: start, serve, stop on SIGINT or SIGTERM."""

import fcntl
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from examples.scan_backend import scans, settings
from examples.scan_backend.app import application
from examples.scan_backend.backend import Backend, assemble
from examples.scan_backend.web import Server
from examples.scan_backend.worker import Worker


def main() -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s")
    given = settings.read(None, os.environ)
    os.umask(0o077)
    with _alone(given.data):
        backend = assemble(given)
        scans.drop_unfinished(backend)
        server = _listen(given.port, backend)
        return _serve(server, backend)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Two processes must not share a folder; the lock ends with its process, however that ends."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"Another scan backend uses {data}. Stop it, or give another --data.")
        yield


def _listen(port: int, backend: Backend) -> Server:
    try:
        server = Server(port, application(backend))
    except OSError as error:
        sys.exit(f"Port {port} cannot be used ({error.strerror}). Give another --port.")
    backend.address = f"http://127.0.0.1:{server.server_port}"
    return server


def _serve(server: Server, backend: Backend) -> int:
    """Exit status 0 when it was asked to stop, 1 when the worker ended by itself."""
    asked = threading.Event()
    worker = Worker(backend, when_over=server.shutdown)

    def stop(*_: object) -> None:
        asked.set()
        # shutdown() waits for the serving loop, which runs in this very thread: ask from another.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.start()
    print(f"demo scan backend on {backend.address}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.socket.close()
    worker.stop()
    backend.close()
    return 0 if asked.is_set() else 1


if __name__ == "__main__":
    sys.exit(main())
