"""A database with people, and the two servers that are compared: both granian, as `make run` starts it, on loopback."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg

from deploy.local import environment, postgres

ROOT = Path(__file__).resolve().parent.parent
CLUSTER = "bench-postgres"
PATIENCE = 60.0
MAKE = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
call_command("make_keys", verbosity=0)
from compliance.access.actions import create_client, issue_key
from compliance.core import clock
from compliance.core.actor import SERVICE
client = create_client(name="bench", system="bench", actor=SERVICE, at=clock.now())
print(issue_key(client=client, scopes=["check"], actor=SERVICE, at=clock.now()).text)
"""


@contextmanager
def database(folder: Path) -> Iterator[dict[str, str]]:
    """Settings of a service with a database of its own, which is dropped at the end.

    On the server that DATABASE_URL names, or else on an embedded one that keeps its promises as `make run`'s does.
    """
    environment.prepare(folder)
    given = os.environ.get("DATABASE_URL")
    if given:
        urls = postgres.Urls(owner=os.environ.get("EFFACE_OWNER_DATABASE_URL") or given, app=given)
    else:
        urls = postgres.ensure(environment.var_folder(ROOT), CLUSTER)
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
    made = postgres.Urls(*(urlunsplit(urlsplit(url)._replace(path=f"/{name}")) for url in urls))
    try:
        yield environment.settings(folder, made, {})
    finally:
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if not given:
            postgres.release(environment.var_folder(ROOT), CLUSTER)


def prepare(settings: Mapping[str, str]) -> str:
    """Tables, keys, and an API key that may check: its text."""
    environ = {**os.environ, **settings, "EFFACE_AS_OWNER": "true", "DJANGO_SETTINGS_MODULE": "compliance.settings"}
    done = subprocess.run([sys.executable, "-c", MAKE], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout.strip().splitlines()[-1]


@contextmanager
def server(settings: Mapping[str, str], application: str, port: int, alive: str) -> Iterator[subprocess.Popen[bytes]]:
    """Granian with one worker a core; given when it answers at `alive`. Its log goes to a file, as a log does."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    command += ["--workers", str(os.cpu_count() or 1), "--blocking-threads", "1", application]
    with (Path(settings["EFFACE_VAR"]) / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + PATIENCE
        while not answers(f"http://127.0.0.1:{port}{alive}"):
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError((Path(settings["EFFACE_VAR"]) / f"{port}.log").read_text(errors="replace")[-2000:])
            time.sleep(0.1)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=2).status_code < 500
    except httpx.HTTPError:
        return False


def memory(process: subprocess.Popen[bytes]) -> float:
    """Resident megabytes of a server with its workers, shared pages counted once each."""
    return sum(_proportional(folder) for folder, _, fields in _processes() if int(fields[2]) == process.pid) / 1024


def spent(process: subprocess.Popen[bytes], url: str) -> float:
    """Processor seconds that a server with its workers has used so far, and the connections to its database on this machine."""
    with psycopg.connect(url) as asking:
        rows = asking.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user").fetchall()
    # By its name too: a database elsewhere numbers its processes as it likes.
    theirs = {(str(pid), "postgres") for (pid,) in rows}
    used = [fields for folder, name, fields in _processes() if int(fields[2]) == process.pid or (folder.name, name) in theirs]
    return sum(int(fields[11]) + int(fields[12]) for fields in used) / os.sysconf("SC_CLK_TCK")


def _processes() -> Iterator[tuple[Path, str, list[str]]]:
    """Folder, name and fields (from the state on, see proc(5)) of every process that is still there."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            before, after = status.read_text().rsplit(")", 1)
        except OSError:
            continue
        yield status.parent, before.split("(", 1)[1], after.split()


def _proportional(folder: Path) -> int:
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
