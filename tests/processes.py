"""The whole service as real processes, for tests whose claim is about processes: web, worker, beat, backend, a database of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def with_name(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def until(what: str, ask: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Ask again until the answer is true; fails naming `what`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


@dataclass
class Service:
    """A running Efface. `environ` is what every process of it sees."""

    folder: Path
    environ: dict[str, str]
    commands: dict[str, list[str]]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.environ["EFFACE_BASE_URL"]

    @property
    def backend(self) -> str:
        return f"http://127.0.0.1:{self.environ['EFFACE_DEMO_PORT']}"

    @property
    def made(self) -> dict[str, Any]:
        """The credentials that `load_demo` made."""
        found: dict[str, Any] = json.loads((self.folder / "demo.json").read_text())
        return found

    def start(self, *names: str) -> None:
        for name in names:
            log = (self.folder / f"{name}.log").open("ab")
            environ = {**self.environ, "EFFACE_URL": self.url}
            if name == "backend":
                environ |= {"EFFACE_DEMO_BACKEND_TOKEN": self.made["backend"]["token"], "EFFACE_API_KEY": self.made["backend"]["api_key"]}
            self.processes[name] = subprocess.Popen(
                self.commands[name], cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """kill -9, the process and its children: no goodbye."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in sorted(self.folder.glob("*.log")))

    def query(self, sql: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.environ["EFFACE_OWNER_DATABASE_URL"], autocommit=True) as connection:
            return connection.execute(sql, values).fetchall()

    def change(self, sql: str, *values: Any) -> None:
        """A hand in the database, as the role that owns it."""
        with psycopg.connect(self.environ["EFFACE_OWNER_DATABASE_URL"], autocommit=True) as connection:
            assert connection.execute(sql, values).rowcount > 0

    def files(self, reference: str) -> list[dict[str, Any]]:
        """Ground truth: what lies on the backend's disk for a person."""
        answer = httpx.get(f"{self.backend}/demo/files", params={"subject": reference}, trust_env=False)
        answer.raise_for_status()
        body = answer.json()
        found: list[dict[str, Any]] = body["files"] if isinstance(body, dict) else body
        return found

    def api(self, path: str, body: Any, key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.made['backend']['api_key']}", "Idempotency-Key": key}
        return httpx.post(f"{self.url}{path}", json=body, headers=headers, trust_env=False, timeout=30)

    def check(self, reference: str) -> dict[str, Any]:
        body = {
            "subject": {"type": "data_subject", "id": reference},
            "action": {"name": "face_scan"},
            "resource": {"type": "scan_session", "id": "scn_test"},
            "context": {"system": "demo-scan"},
        }
        answer = self.api("/access/v1/evaluation", body, "none")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def has_backend(self) -> bool:
        try:
            return httpx.get(f"{self.backend}/healthz", trust_env=False, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


def environment(folder: Path, name: str) -> dict[str, str]:
    port, demo = free_port(), free_port()
    made = {
        "DATABASE_URL": with_name(settings.RUNNING_DATABASE_URL, name),
        "EFFACE_OWNER_DATABASE_URL": with_name(settings.OWNER_DATABASE_URL, name),
        "CELERY_BROKER_URL": "filesystem://",
        "EFFACE_BROKER_DIR": str(folder / "broker"),
        "EFFACE_KEY_FILE": str(folder / "keys.json"),
        "EFFACE_SIGNING_DIR": str(folder / "signing"),
        "EFFACE_JOURNAL_DIR": str(folder / "journal"),
        "EFFACE_MAIL_FROM": "privacy@example.test",
        "EFFACE_EMAIL_URL": f"file://{folder / 'mail'}",
        "EFFACE_BASE_URL": f"http://127.0.0.1:{port}",
        "EFFACE_BACKEND_ALLOW": f"127.0.0.1:{demo}",
        "EFFACE_LEASE_SECONDS": "2",
        "EFFACE_PORT": str(port),
        "EFFACE_DEMO_PORT": str(demo),
        "EFFACE_VAR": str(folder),
        "EFFACE_MAIL_DIR": str(folder / "mail"),
        "EFFACE_HOSTS": "127.0.0.1",
        "EFFACE_TLS": "false",
        "EFFACE_OPERATOR_NAME": "Example Studio",
    }
    for part in ("broker", "signing", "journal", "mail"):
        (folder / part).mkdir()
    return {**{k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}, **made}


def commands(folder: Path, environ: dict[str, str]) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-q", "-A", "compliance"]
    web = [*python, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", environ["EFFACE_PORT"], "--workers", "1"]
    scan = [*python, "examples.scan_backend", "--port", environ["EFFACE_DEMO_PORT"], "--data", str(folder / "scan"), "--purge-delay", "0.5"]
    return {
        "web": [*web, "--blocking-threads", "2", "--no-ws", "compliance.wsgi:application"],
        "worker": [
            *celery,
            "worker",
            "-P",
            "threads",
            "-c",
            "2",
            "-l",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ],
        "beat": [*celery, "beat", "-l", "WARNING", "--pidfile=", "-s", str(folder / "beat")],
        "backend": [*scan, "--allow-faults"],
    }


def prepare(environ: dict[str, str], backend: str, logins: Path) -> None:
    """Keys, tables and the demo company, in one process: Django takes seconds to load."""
    code = (
        "import sys, django; django.setup(); from django.core.management import call_command; call_command('make_keys');"
        " from deploy.local import data; data.main(*sys.argv[1:])"
    )
    owner = {"EFFACE_AS_OWNER": "true", "DJANGO_SETTINGS_MODULE": "compliance.settings"}
    command = [sys.executable, "-c", code, backend, str(logins)]
    done = subprocess.run(command, cwd=ROOT, env={**environ, **owner}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def service(folder: Path, *names: str) -> Iterator[Service]:
    """A service with its own database, migrated and with the demo company loaded; `names` are started and ready."""
    name = f"flow_{os.getpid()}_{free_port()}"
    with psycopg.connect(settings.OWNER_DATABASE_URL, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
    environ = environment(folder, name)
    running = Service(folder, environ, commands(folder, environ))
    try:
        prepare(environ, running.backend, folder / "demo.json")
        running.start(*names)
        if "backend" in names:
            until("the backend answers", running.has_backend)
        if {"web", "worker", "beat"} <= set(names):
            until("the service is ready", running.is_ready)
        yield running
    except BaseException:
        sys.stdout.write(running.logs())
        raise
    finally:
        running.stop()
        with psycopg.connect(settings.OWNER_DATABASE_URL, autocommit=True) as owner:
            owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(folder / "broker", ignore_errors=True)
