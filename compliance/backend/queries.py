"""Look-ups of connected systems."""

from datetime import date, datetime

from compliance.backend.models import System
from compliance.backend.protocol import Client
from compliance.core.durations import Duration
from compliance.core.keys import service_sealer


def client_of(system: System) -> Client:
    """A caller for this system, with its token opened."""
    return Client(system.base_url, service_sealer().open(f"backend.system:{system.pk}", bytes(system.token_sealed)))


def open_until(system: System, at: datetime) -> datetime | None:
    """Until when the circuit keeps us from calling, or None."""
    until = system.condition.open_until
    return until if until and until > at else None


def store_of(system: System, name: str) -> dict[str, object] | None:
    """What the system says of one of its stores."""
    return next((store for store in system.condition.stores if store["name"] == name), None)


def backups_until(system: System, store: str, absent_at: datetime) -> date | None:
    """The day by which no backup of a store holds what was deleted at `absent_at`; None when the system does not say."""
    described = store_of(system, store)
    max_age = described and described["backup_max_age"]
    return Duration.parse(max_age).after(absent_at).date() if isinstance(max_age, str) else None
