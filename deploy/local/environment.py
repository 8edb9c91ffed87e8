"""The settings of ``make run`` and ``manage.py`` on one machine: made once in ``var/``, never a default elsewhere.

A value set in the environment wins over ``var/efface.env``, which wins over what is worked out here.
"""

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import postgres

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("broker", "demo", "journal", "keys", "mail", "signing")
WITHOUT_DATABASE = {
    *("help", "version", "check", "diffsettings", "makemessages", "compilemessages", "spectacular"),
    *("lint_profile", "lint_policy", "law_destruction", "make_keys", "settings_table"),
}
HIGHEST_PORT = 65535


class SettingError(ValueError):
    """A setting cannot be used; the message names it and says what it should be."""


def load(base_dir: Path, argv: Sequence[str] = ()) -> dict[str, str]:
    """Settings for one ``manage.py`` command; starts the embedded PostgreSQL when the command needs a database.

    The server is held until this process ends. ``argv`` is ``sys.argv``; without it a database is needed.
    """
    var = var_folder(base_dir)
    prepare(var)
    return settings(var, addresses(var, os.environ, start=needs_database(argv)), os.environ)


def addresses(var: Path, environment: Mapping[str, str], *, start: bool) -> postgres.Urls:
    """The database the person named in ``DATABASE_URL``, or else the embedded one, started when asked for."""
    named = environment.get("DATABASE_URL")
    if named:
        return postgres.Urls(owner=environment.get("EFFACE_OWNER_DATABASE_URL") or named, app=named)
    return postgres.ensure(var) if start else postgres.urls(var)


def command(argv: Sequence[str]) -> str:
    """The ``manage.py`` command in ``sys.argv``, or nothing."""
    return argv[1] if len(argv) > 1 else ""


def needs_database(argv: Sequence[str]) -> bool:
    """Whether the command in ``sys.argv`` works with the database. An unknown command does."""
    if not argv:
        return True
    asks_for_help = len(argv) == 1 or bool({"-h", "--help", "--version"} & set(argv))
    return not asks_for_help and command(argv) not in WITHOUT_DATABASE


def var_folder(base_dir: Path) -> Path:
    """Where everything made on this machine is kept: ``EFFACE_VAR``, or ``var`` in the clone."""
    return Path(os.environ.get("EFFACE_VAR") or base_dir / "var").absolute()


def port(environment: Mapping[str, str], name: str, default: int) -> int:
    """A port number from the environment."""
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
        raise SettingError(f"{name} must be a port number from 1 to {HIGHEST_PORT}, not {text!r}.")
    return int(text)


def prepare(var: Path) -> None:
    """Make the folders and the secrets, once. Keeps what is there, and may run in two processes at a time."""
    var.mkdir(mode=0o711, parents=True, exist_ok=True)  # PostgreSQL's account must pass it; all below is closed
    for name in FOLDERS:
        (var / name).mkdir(mode=0o700, exist_ok=True)
    write_once(var / "efface.env", f"EFFACE_SECRET_KEY={secrets.token_urlsafe(48)}\n")
    write_once(var / "keys" / "keyring.json", json.dumps({"current": "1", "keys": {"1": _key()}, "index": _key()}))


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write_once(path: Path, text: str) -> None:
    """Make a file only its owner can read, unless it exists. It appears whole or not at all."""
    if path.exists():
        return
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass  # another process was first, and its secret is the one in use
    finally:
        aside.unlink()


def read_env(path: Path) -> dict[str, str]:
    """The ``NAME=value`` lines of a file; blank lines and comments are skipped."""
    lines = [line.strip() for line in path.read_text(encoding="utf8").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, _, value in pairs}


def settings(var: Path, database: postgres.Urls, environment: Mapping[str, str]) -> dict[str, str]:
    """Every setting of the product for this machine, with what ``environment`` says on top."""
    web, demo = port(environment, "EFFACE_PORT", 8000), port(environment, "EFFACE_DEMO_PORT", 8001)
    made = {
        "CELERY_BROKER_URL": "filesystem://localhost//",
        "EFFACE_BROKER_DIR": str(var / "broker"),
        "EFFACE_KEY_FILE": str(var / "keys" / "keyring.json"),
        "EFFACE_SIGNING_DIR": str(var / "signing"),
        "EFFACE_JOURNAL_DIR": str(var / "journal"),
        "EFFACE_HOSTS": "127.0.0.1,localhost",
        "EFFACE_BASE_URL": f"http://127.0.0.1:{web}",
        "EFFACE_DEBUG": "false",
        "EFFACE_TLS": "false",  # plain HTTP, and only on the loopback address
        "EFFACE_EMAIL_URL": f"file://{var / 'mail'}",
        "EFFACE_MAIL_DIR": str(var / "mail"),
        "EFFACE_MAIL_FROM": "privacy@example.test",
        "EFFACE_BACKEND_ALLOW": f"127.0.0.1:{demo}",
        "EFFACE_OPERATOR_NAME": "Example Studio",
        "EFFACE_PORT": str(web),
        "EFFACE_DEMO_PORT": str(demo),
        "EFFACE_LOG_LEVEL": "INFO",
        "EFFACE_PROXY_HOPS": "0",
        **read_env(var / "efface.env"),
    }
    given = {name: environment[name] for name in made if environment.get(name)}
    ours = {"DATABASE_URL": database.app, "EFFACE_OWNER_DATABASE_URL": database.owner, "EFFACE_VAR": str(var)}
    return {**made, **given, **ours}


def for_tests(base_dir: Path) -> dict[str, str]:
    """Settings for the suite: a cluster and folders of its own, and nothing from the person's environment."""
    var = var_folder(base_dir)
    prepare(var / "test")
    return settings(var / "test", postgres.ensure(var, "test-postgres", durable=False), {})


def make_signing_keys(base_dir: Path) -> None:
    """Let the product make the keys that are missing; what is there is kept, so a newer version adds its own."""
    if subprocess.run([sys.executable, "manage.py", "make_keys"], cwd=base_dir, check=False).returncode:
        sys.exit("`manage.py make_keys` failed; its message is above.")


if __name__ == "__main__":
    prepare(var_folder(ROOT))
    make_signing_keys(ROOT)
