"""The one clock: every other module takes the time as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC. Read it once per action at the edge and pass it down as `at`."""
    return datetime.now(UTC)


def to_text(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as every document and API writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
