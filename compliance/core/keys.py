"""The key ring of this process. `compliance.settings` says once where its file is; it is read on first use."""

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from compliance.core.sealing import KeyRing, Sealer, derive

SERVICE_ID = UUID(int=0)
_place: list[Path] = []


def configure(path: Path) -> None:
    """Name the file of the key ring (see `KeyRing.read`). Forgets a ring read before."""
    _place[:] = [path]
    ring.cache_clear()


@lru_cache(maxsize=1)
def ring() -> KeyRing:
    """The key ring; raises ValueError with a remedy where the file is missing or wrong."""
    return KeyRing.read(_place[0])


def service_sealer() -> Sealer:
    """A key of the service itself, for short-lived secrets that belong to no person (stored API answers)."""
    return Sealer(SERVICE_ID, derive(ring().index, "service"))
