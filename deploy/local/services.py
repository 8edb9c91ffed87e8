"""What ``make run`` consists of: its ports, the data it prepares, its processes, and what it tells at the end."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from deploy.local import data, environment
from deploy.local.supervisor import GaveUpError, Log, Service

LOOPBACK = "127.0.0.1"
PORTS = ("EFFACE_PORT", "EFFACE_DEMO_PORT")
Settings = Mapping[str, str]


class PortTakenError(RuntimeError):
    """Another program listens where one of ours has to."""


class Demo(NamedTuple):
    """What ``manage.py load_demo`` left in ``var/demo.json``: the officer's login and the backend's credentials."""

    username: str
    password: str
    token: str
    api_key: str


def check_ports(settings: Settings) -> None:
    """Raise `PortTakenError` before anything has started."""
    for name in PORTS:
        if not is_free(int(settings[name])):
            raise PortTakenError(
                f"Port {settings[name]} is taken by another program. Choose a free one with {name}, "
                f"for example: make run {name}={int(settings[name]) + 10}"
            )


def is_free(port: int) -> bool:
    """Whether we could listen there; connections of an earlier run that are still closing do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def prepare_data(var: Path, settings: Settings, log: Log) -> Demo:
    """Bring tables and demo data up to date; all keep what is there. Raises `GaveUpError`."""
    logins, stamp = var / "demo.json", var / "data.stamp"
    state = data.fingerprint(environment.ROOT, backend_address(settings), *made_on(var, settings))
    if not logins.exists() or not stamp.exists() or stamp.read_text() != state:
        log.line("run", "bringing tables and demo data up to date")
        bring_up_to_date(settings, logins, log)
        stamp.write_text(state)
    return read_demo(logins)


def made_on(var: Path, settings: Settings) -> tuple[str, str]:
    """Which database it is: its address, and when the embedded one was made, for a removed one comes back empty."""
    version = var / "postgres" / "PG_VERSION"
    return settings["DATABASE_URL"], str(version.stat().st_ino if version.exists() else 0)


def bring_up_to_date(settings: Settings, logins: Path, log: Log) -> None:
    """Run the steps in a process of their own; what it says is shown only when it fails."""
    command = [sys.executable, "-m", "deploy.local.data", backend_address(settings), str(logins)]
    as_owner = {**settings, "EFFACE_AS_OWNER": "true"}
    done = subprocess.run(command, cwd=environment.ROOT, env=as_owner, text=True, capture_output=True, check=False)
    if done.returncode:
        for line in (done.stdout + done.stderr).splitlines():
            log.line("run", line)
        raise GaveUpError(f"The data could not be brought up to date (exit code {done.returncode}); see above.")


def backend_address(settings: Settings) -> str:
    """Where the demo scan backend listens."""
    return f"http://{LOOPBACK}:{settings['EFFACE_DEMO_PORT']}"


def read_demo(path: Path) -> Demo:
    """The logins made on this machine."""
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf8"))
    officer, backend = made["officer"], made["backend"]
    return Demo(officer["username"], officer["password"], backend["token"], backend["api_key"])


def build(var: Path, settings: Settings, demo: Demo) -> list[Service]:
    """The processes in the order of their start."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-q", "-A", "compliance"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    web = ["granian", "--interface", "wsgi", "--host", LOOPBACK, "--port", settings["EFFACE_PORT"], "--no-ws"]
    cores = ["--workers", str(os.cpu_count() or 1), "--blocking-threads", "1", "--workers-kill-timeout", "5"]
    scan = ["examples.scan_backend", "--port", settings["EFFACE_DEMO_PORT"], "--data", str(var / "scan-backend")]
    # Celery warns of root on every start; in a container on one's own machine that says nothing new.
    worker_settings = {"PYTHONWARNINGS": "ignore:You're running the worker", **settings}
    backend_settings = {
        **settings,
        "EFFACE_DEMO_BACKEND_TOKEN": demo.token,
        "EFFACE_URL": settings["EFFACE_BASE_URL"],
        "EFFACE_API_KEY": demo.api_key,
    }
    return [
        *database_log(var, settings),
        Service("backend", [*python, *scan], backend_settings),
        Service("worker", [*celery, "worker", "-P", "threads", "-c", "4", "-l", "WARNING", *quiet], worker_settings),
        Service("beat", [*celery, "beat", "-l", "WARNING", "--pidfile=", "-s", str(var / "beat-schedule")], settings),
        Service("web", [*python, *web, *cores, "compliance.wsgi:application"], settings),
    ]


def database_log(var: Path, settings: Settings) -> list[Service]:
    """The embedded server writes to a file of its own; this shows the new lines beside those of the others."""
    log = var / "postgres" / "server.log"
    return [Service("postgres", ["tail", "-q", "-n", "0", "-F", str(log)], settings)] if log.exists() else []


def welcome(settings: Settings, demo: Demo, seconds: float) -> list[str]:
    """What a person needs next."""
    base = settings["EFFACE_BASE_URL"]
    return [
        "",
        f"Efface is ready after {seconds:.1f} seconds.",
        f"  Ask for deletion   {base}/privacy/",
        f"  Officers' admin    {base}/admin/",
        f"  API documentation  {base}/api/docs",
        f"  Scan and sign      {backend_address(settings)}/",
        f"  Officer's login    {demo.username}",
        f"  Officer's password {demo.password}",
        f"  Mails to people    {settings['EFFACE_MAIL_DIR']}",
        "Ctrl-C stops all of it; the data is kept.",
        "",
    ]
