"""Start and stop the embedded PostgreSQL in ``var/``. ``DATABASE_URL`` set by the operator means none of this runs.

Whoever uses the server holds a shared lock on ``var/postgres.lock``. A small watcher process waits to hold that lock
alone: it gets it when the last user is gone, even one that was killed, and stops the server.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from deploy.local import cluster as files
from deploy.local import locks, privileges
from deploy.local.cluster import Cluster, PostgresError, Urls

__all__ = ["PostgresError", "Urls", "died", "ensure", "release", "stop", "urls"]

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
_held: dict[Path, int] = {}


def ensure(var: Path, name: str = "postgres", *, durable: bool = True) -> Urls:
    """Make the cluster if there is none, start it if it does not run, and hold it until `release` or our end.

    Safe to call twice and from many processes at once. ``durable=False`` trades safety for speed: tests only.
    Raises `PostgresError` or `privileges.PrivilegeError` with words for the person at the keyboard.
    """
    var.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(var=var.resolve(), name=name, durable=durable)
    if cluster.data not in _held:
        descriptor = locks.open_lock(cluster.beside("lock"))
        locks.shared(descriptor)  # waits here while a watcher is stopping the server
        _held[cluster.data] = descriptor
    try:
        with locks.one_at_a_time(cluster.beside("start")):
            _start(cluster)
            return files.urls(cluster)
    except (PostgresError, privileges.PrivilegeError):
        os.close(_held.pop(cluster.data))
        raise


def urls(var: Path, name: str = "postgres") -> Urls:
    """The addresses the server would have; starts nothing."""
    var.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(var=var.resolve(), name=name, durable=True)
    with locks.one_at_a_time(cluster.beside("start")):
        return files.urls(cluster)


def release(var: Path, name: str = "postgres") -> None:
    """Let go of the server. The last one out stops it, and comes back only when it has stopped."""
    cluster = Cluster(var=var.resolve(), name=name, durable=True)
    descriptor = _held.pop(cluster.data, None)
    if descriptor is None:
        return
    if locks.alone_at_once(descriptor):
        _stop(cluster)
    else:
        locks.shared(descriptor)  # at once when others use it; else when the watcher has stopped it
    os.close(descriptor)


def stop(var: Path, name: str = "postgres") -> None:
    """Stop the server whoever uses it."""
    cluster = Cluster(var=var.resolve(), name=name, durable=True)
    with locks.one_at_a_time(cluster.beside("start")):
        _stop(cluster)


def died(var: Path, name: str = "postgres") -> bool:
    """Whether the server that this process holds is gone."""
    cluster = Cluster(var=var.resolve(), name=name, durable=True)
    return cluster.data in _held and not running(cluster)


def running(cluster: Cluster) -> int:
    """The server's process id, or 0."""
    command = files.server_command(cluster)
    if str(cluster.data) not in command:
        return 0
    return int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])


def _start(cluster: Cluster) -> None:
    privileges.prefix(cluster.data)  # says early when root cannot be given up here
    if not cluster.data.exists():
        files.make(cluster)
    _check_owner(cluster)
    if not running(cluster):
        _clear(cluster)
        files.configure(cluster)
        _launch(cluster)
    _await_ready(cluster)
    _watch(cluster)


def _clear(cluster: Cluster) -> None:
    """Remove what a crashed server left, for its process number may belong to somebody else by now.

    PostgreSQL judges by that number alone. While the number is another PostgreSQL's, or a process of the crashed
    one still lives, nothing is removed and PostgreSQL refuses: two servers on one folder destroy the data.
    """
    if "".join(files.server_command(cluster)[:1]).endswith("postgres"):
        return
    deadline = time.monotonic() + READY_SECONDS
    while files.still_attached(cluster):
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)
    for left in ("postmaster.pid", f".s.PGSQL.{files.DEFAULT_PORT}.lock"):
        (cluster.data / left).unlink(missing_ok=True)


def _check_owner(cluster: Cluster) -> None:
    owner = cluster.data.stat().st_uid
    if owner != privileges.account()[0]:
        raise PostgresError(
            f"{cluster.data} belongs to user id {owner}: it was made by another account (root, perhaps). "
            "Run as that account again, or set EFFACE_VAR to a folder of your own."
        )


def _launch(cluster: Cluster) -> None:
    where = ("-D", str(cluster.data), "-l", str(cluster.data / "server.log"))
    files.run(cluster, "pg_ctl", "start", "-s", "-w", f"-t{READY_SECONDS}", *where)


def _await_ready(cluster: Cluster) -> None:
    """A server found running may still be recovering, when the one who started it was killed."""
    deadline = time.monotonic() + READY_SECONDS
    while running(cluster) and time.monotonic() < deadline:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
        if "ready" in (line.strip() for line in lines):
            return
        time.sleep(0.02)
    raise PostgresError(f"PostgreSQL did not become ready.{files.last_words(cluster)}")


def _stop(cluster: Cluster) -> None:
    if running(cluster):
        files.run(cluster, "pg_ctl", "stop", "-s", "-w", "-m", "fast", "-D", str(cluster.data))


def _watch(cluster: Cluster) -> None:
    """Start a watcher unless one lives. It inherits the lock that says so, from the very first moment."""
    descriptor = locks.open_lock(cluster.beside("watch"))
    if locks.alone_at_once(descriptor):
        command = [sys.executable, "-m", "deploy.local.postgres", str(cluster.var), cluster.name, str(descriptor)]
        quiet = subprocess.DEVNULL
        subprocess.Popen(command, cwd=ROOT, pass_fds=[descriptor], start_new_session=True, stdin=quiet, stdout=quiet, stderr=quiet)
    os.close(descriptor)


def _keep_watch(var: Path, name: str, alive: int) -> None:
    """The watcher: when nobody uses the server any more, stop it and end."""
    cluster = Cluster(var=var, name=name, durable=True)
    users = locks.open_lock(cluster.beside("lock"))
    locks.alone(users)
    _stop(cluster)
    os.close(alive)  # before `users`: whoever starts the server next must see that it needs a watcher
    os.close(users)


if __name__ == "__main__":
    _keep_watch(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
