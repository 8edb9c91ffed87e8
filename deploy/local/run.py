"""``make run``: database, web, worker, beat and the demo scan backend side by side, ended together.

``--then WORDS`` starts the service (or uses the one that runs), runs a command against it and gives its exit code.
"""

import contextlib
import http
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.local import environment, locks, postgres, privileges, services
from deploy.local.services import Demo, Settings
from deploy.local.supervisor import TICK, GaveUpError, Log, Supervisor, how_it_ended

READY_SECONDS = 60
ASK_AGAIN = 0.3  # seconds between two questions whether the service is ready
INTERRUPTED = 130
PROBLEMS = (
    GaveUpError,
    environment.SettingError,
    services.PortTakenError,
    postgres.PostgresError,
    privileges.PrivilegeError,
)


class AlreadyRunningError(RuntimeError):
    """Another ``make run`` uses the same folder."""


def main(arguments: Sequence[str]) -> int:
    """Run until asked to stop, or for one command; gives back the exit code."""
    began = time.monotonic()
    then = list(arguments[1:]) if arguments[:1] == ["--then"] else []
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # from the first moment a kill is as good as Ctrl-C
    try:
        var = environment.var_folder(environment.ROOT)
        environment.prepare(var)
        with only_one(var):
            return serve(var, then, began)
    except AlreadyRunningError as error:
        return beside(var, then) if then else complain(error)
    except PROBLEMS as error:
        return complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED


def complain(error: Exception) -> int:
    """Say what went wrong, without a traceback."""
    print(f"run     | {error}", file=sys.stderr, flush=True)
    return 1


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the folder for one service; the kernel lets go when we die."""
    descriptor = locks.open_lock(var / "run.lock")
    try:
        if not locks.alone_at_once(descriptor):
            holder = os.read(descriptor, 20).decode()
            raise AlreadyRunningError(
                f"Efface already runs in {var} (process {holder}). Stop it first, or give a second one its own "
                "EFFACE_VAR, EFFACE_PORT and EFFACE_DEMO_PORT."
            )
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def settings_for(var: Path, *, start: bool) -> dict[str, str]:
    """The environment of everything we start; with ``start`` the database runs when this returns."""
    database = environment.addresses(var, os.environ, start=start)
    return {**os.environ, **environment.settings(var, database, os.environ)}


def beside(var: Path, then: Sequence[str]) -> int:
    """Run the command against the service that runs already."""
    return subprocess.run(then, cwd=environment.ROOT, env=settings_for(var, start=False), check=False).returncode


def serve(var: Path, then: Sequence[str], began: float) -> int:
    """Check, prepare, start, and stay; whatever happens, nothing is left running."""
    services.check_ports(settings_for(var, start=False))
    with output(var, hidden=bool(then)) as log:
        try:
            log.line("run", "starting the database")
            settings = settings_for(var, start=True)
            demo = services.prepare_data(var, settings, log)
            supervisor = Supervisor(services.build(var, settings, demo), log, environment.ROOT)
            return supervise(supervisor, settings, demo, then, began)
        finally:
            postgres.release(var)
            log.line("run", "the database has stopped; the data is kept")


@contextlib.contextmanager
def output(var: Path, *, hidden: bool) -> Iterator[Log]:
    """Where the processes' lines go: the terminal, or a file when a command has the terminal for itself."""
    if not hidden:
        yield Log(sys.stdout)
        return
    path = var / "service.log"
    print(f"The service's own lines go to {path}", flush=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        yield Log(file)


def supervise(supervisor: Supervisor, settings: Settings, demo: Demo, then: Sequence[str], began: float) -> int:
    """From the first process to the last."""
    supervisor.listen()
    try:
        supervisor.start()
        await_ready(supervisor, settings)
        if supervisor.asked_to_stop.is_set():
            return INTERRUPTED
        if then:
            return run_beside(supervisor, then, settings)
        for line in services.welcome(settings, demo, time.monotonic() - began):
            supervisor.log.line("run", line)
        stay(supervisor, Path(settings["EFFACE_VAR"]))
        return 0
    finally:
        supervisor.log.line("run", "stopping")
        supervisor.stop()


def await_ready(supervisor: Supervisor, settings: Settings) -> None:
    """Wait until the service says it is healthy. Raises `GaveUpError` when a process ends before, or it takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    answer = ""
    while not supervisor.asked_to_stop.wait(ASK_AGAIN):
        dead = supervisor.first_dead()
        if dead:
            raise GaveUpError(f"{dead.name} {how_it_ended(dead)} before Efface was ready; its last lines are above.")
        answer = ask_readyz(settings)
        if not answer:
            return
        if time.monotonic() > deadline:
            raise GaveUpError(f"Efface did not become ready within {READY_SECONDS} seconds. /readyz says: {answer}")


def ask_readyz(settings: Settings) -> str:
    """Nothing when the service is ready, else what it answered."""
    host = settings["EFFACE_HOSTS"].split(",")[0]
    connection = http.client.HTTPConnection(services.LOOPBACK, int(settings["EFFACE_PORT"]), timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        said = answer.read(2000).decode(errors="replace")
        return "" if answer.status == http.HTTPStatus.OK else f"{answer.status} {said}"
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


def run_beside(supervisor: Supervisor, then: Sequence[str], settings: Settings) -> int:
    """Run one command while the service is kept alive; gives back its exit code."""
    with subprocess.Popen(then, cwd=environment.ROOT, env=settings) as process:
        while process.poll() is None:
            if supervisor.asked_to_stop.wait(TICK):
                process.terminate()
                return INTERRUPTED
            supervisor.check()
        return process.returncode


def stay(supervisor: Supervisor, var: Path) -> None:
    """Keep processes and database alive until somebody asks for the end. Raises one of `PROBLEMS`."""
    while not supervisor.asked_to_stop.wait(TICK):
        supervisor.check()
        if postgres.died(var):
            supervisor.log.line("run", "the database is gone; starting it again")
            postgres.ensure(var)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
