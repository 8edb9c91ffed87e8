"""The one clock: every other module takes the time as an argument."""

from datetime import UTC, datetime

# A moment that no calendar of ours can carry would be stored once and never read again.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present instant, aware, in UTC. Read it once per action at the edge and pass it down as `at`."""
    return datetime.now(UTC)


def to_text(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as every document and API writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """An aware instant from RFC 3339 text. Raises `ValueError` for anything else: a local time without an offset would be guessed."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not EARLIEST < at < LATEST:
        raise ValueError("no offset, or before 2000, or after 2199")
    return at
