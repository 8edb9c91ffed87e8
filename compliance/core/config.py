"""Every setting of the product: one table, read in one place, refused with a sentence when wrong.

`manage.py settings_table` prints it for docs/settings.md; `compliance.settings` reads it once at start.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# The longest body of a request in bytes: for every view, whatever reads it.
MAX_BODY = 1_000_000
# A form with a paper of 5 MB in it.
MAX_UPLOAD = 6_000_000
# Below this, a lease ends between two guards of a worker that is well.
SHORTEST_LEASE = 2


class BadSetting(Exception):
    """A setting is missing or wrong. The message names it and says what to write; it never repeats a secret."""


def _text(raw: str) -> str:
    return raw


def _secret(raw: str) -> str:
    if len(raw) < 50:
        raise ValueError("at least 50 characters from a random source")
    return raw


def _flag(raw: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if raw.lower() not in words:
        raise ValueError("true or false")
    return words[raw.lower()]


def _count(raw: str) -> int:
    if not raw.isdigit():
        raise ValueError("a whole number, 0 or more")
    return int(raw)


def _lease(raw: str) -> int:
    seconds = _count(raw) if raw.isdigit() else 0
    if seconds < SHORTEST_LEASE:
        raise ValueError(f"a whole number of seconds, {SHORTEST_LEASE} or more")
    return seconds


def _names(raw: str) -> list[str]:
    return [part.strip() for part in raw.split(",") if part.strip()]


def _path(raw: str) -> Path:
    path = Path(raw)
    if not path.is_absolute():
        raise ValueError("an absolute path")
    return path


def _postgres(raw: str) -> str:
    if urlsplit(raw).scheme not in {"postgres", "postgresql"}:
        raise ValueError("postgres://user:password@host:5432/name (PostgreSQL is the only database)")
    return raw


def _broker(raw: str) -> str:
    if urlsplit(raw).scheme not in {"amqp", "amqps", "redis", "rediss", "filesystem"}:
        raise ValueError("amqp://…, redis://… or filesystem:// (with EFFACE_BROKER_DIR)")
    return raw


def _web(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
        raise ValueError("an address such as https://privacy.example.com, without a path")
    return raw.rstrip("/")


def _mail(raw: str) -> str:
    if urlsplit(raw).scheme not in {"smtp", "smtp+tls", "smtp+ssl", "file"}:
        raise ValueError("smtp+tls://user:password@host:587 or file:///folder (mails as files, and on the console)")
    return raw


def _sender(raw: str) -> str:
    name, _, host = parseaddr(raw)[1].rpartition("@")
    if not name or not host:
        raise ValueError("an address such as privacy@example.com, or Example Studio <privacy@example.com>")
    return raw


def _level(raw: str) -> str:
    if raw.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("DEBUG, INFO, WARNING or ERROR")
    return raw.upper()


@dataclass(frozen=True)
class Setting:
    """One row. `default` None means the service does not start without it."""

    name: str
    parse: Callable[[str], Any]
    default: str | None
    means: str


SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", _postgres, None, "The database, as the running role: it must not own the tables."),
    Setting("EFFACE_OWNER_DATABASE_URL", _postgres, "", "The same database as the role that owns the tables; only `migrate` uses it."),
    Setting("CELERY_BROKER_URL", _broker, None, "RabbitMQ or Redis; `filesystem://` for one machine."),
    Setting("EFFACE_BROKER_DIR", _path, "", "The folder of a `filesystem://` broker."),
    Setting("EFFACE_SECRET_KEY", _secret, None, "Signs sessions and links; 50 characters or more from a random source."),
    Setting("EFFACE_KEY_FILE", _path, None, "The key ring that wraps each person's key. Keep it out of the database's backups."),
    Setting("EFFACE_SIGNING_DIR", _path, None, "Keys that sign checkpoints and documents; `manage.py make_keys` writes them."),
    Setting("EFFACE_JOURNAL_DIR", _path, None, "Where signed checkpoints of the ledger are written, outside the database."),
    Setting("EFFACE_HOSTS", _names, None, "Host names the service answers to, separated by commas."),
    Setting("EFFACE_BASE_URL", _web, None, "The address people use, for links in mails and documents."),
    Setting("EFFACE_EMAIL_URL", _mail, None, "Where mail goes: `smtp+tls://…` or `file:///folder`."),
    Setting("EFFACE_MAIL_FROM", _sender, None, "The sender of mails to people."),
    Setting("EFFACE_OPERATOR_NAME", _text, None, "The company that makes the promise; named in notices and documents."),
    Setting(
        "EFFACE_JURISDICTIONS",
        _names,
        "IL,TX,WA,CO,CA,EU:DE,UK,QC",
        "The laws the operator serves; an unknown residence gets the strictest.",
    ),
    Setting("EFFACE_BACKEND_ALLOW", _names, "", "`host:port` of scan backends that may live on a private address. Empty: none may."),
    Setting(
        "EFFACE_LEASE_SECONDS",
        _lease,
        "60",
        "How long a worker may be silent before another takes its work over. At least 2; on a server more than 30: a document may "
        "take 20 seconds.",
    ),
    Setting("EFFACE_TLS", _flag, "true", "Cookies only over HTTPS, HSTS, redirect to HTTPS. `make run` turns it off on loopback."),
    Setting("EFFACE_PROXY_HOPS", _count, "0", "How many reverse proxies stand before the service and may name the caller's address."),
    Setting("EFFACE_DEBUG", _flag, "false", "Django's debug pages. Never on a server."),
    Setting("EFFACE_LOG_LEVEL", _level, "INFO", "How much is logged, as JSON lines on standard error."),
)


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """All settings by name. Raises `BadSetting` naming every setting that is missing or wrong, all at once."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in SETTINGS:
        raw = environ.get(setting.name) or setting.default
        if raw is None:
            wrong.append(f"{setting.name} is missing. {setting.means}")
            continue
        try:
            values[setting.name] = setting.parse(raw) if raw else _empty(setting)
        except ValueError as error:
            wrong.append(f"{setting.name} is wrong: it must be {error}.")
    if values.get("CELERY_BROKER_URL", "").startswith("filesystem") and not values.get("EFFACE_BROKER_DIR"):
        wrong.append("EFFACE_BROKER_DIR is missing: a filesystem:// broker needs a folder.")
    refuse(wrong)
    return values


def refuse(wrong: Iterable[str]) -> None:
    """Raise `BadSetting` with these lines, if there are any."""
    if lines := [f"  * {line}" for line in wrong]:
        raise BadSetting("\n".join(["The settings do not hold:", *lines, "All settings: docs/settings.md"]))


def _empty(setting: Setting) -> Any:
    return [] if setting.parse is _names else None
