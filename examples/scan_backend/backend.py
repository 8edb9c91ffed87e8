"""The parts of the backend, put together once at start and handed to everything else."""

import secrets
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from examples.scan_backend.catalogue import STORES
from examples.scan_backend.client import Efface
from examples.scan_backend.database import SCHEMA, Database
from examples.scan_backend.faults import Faults
from examples.scan_backend.files import Artifact, FileStore, Found
from examples.scan_backend.settings import Settings
from examples.scan_backend.vectors import VectorStore


class Store(Protocol):
    """What every store can do. `delete` hides at once; `purge` makes the bytes go."""

    def put(self, artifact: Artifact, data: bytes) -> None: ...
    def delete(self, artifact_id: str) -> None: ...
    def erase(self, artifact_id: str) -> None: ...
    def present(self, ids: Iterable[str]) -> set[str]: ...
    def read(self, artifact_id: str) -> bytes | None: ...
    def purge(self, ids: Iterable[str]) -> None: ...
    def walk(self) -> Iterator[Found]: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class Backend:
    """`wake` is set whenever there may be work for the worker; `address` once the port is open."""

    data: Path
    db: Database
    stores: dict[str, Store]
    efface: Efface
    faults: Faults
    token: str
    epoch: str
    purge_delay: timedelta
    wake: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def close(self) -> None:
        self.efface.close()
        self.db.close()
        for store in self.stores.values():
            store.close()

    @property
    def exports(self) -> Path:
        return self.data / "exports"


def assemble(settings: Settings) -> Backend:
    """Open the data folder, making it when it is new."""
    (settings.data / "exports").mkdir(parents=True, exist_ok=True)
    db = Database(settings.data / "backend.sqlite3", SCHEMA)
    return Backend(
        data=settings.data,
        db=db,
        stores={store.name: _store(settings.data, store.name, store.kind) for store in STORES},
        efface=Efface(settings.efface_url, settings.efface_key, settings.timeout),
        faults=Faults(allowed=settings.allow_faults),
        token=settings.token,
        epoch=_epoch(db, fresh=settings.restored),
        purge_delay=settings.purge_delay,
    )


def _store(data: Path, name: str, kind: str) -> Store:
    root = data / "stores" / name
    return VectorStore(root) if kind == "vector" else FileStore(root)


def _epoch(db: Database, *, fresh: bool) -> str:
    """A random word that stays the same until somebody says the data was restored."""
    with db.transaction() as connection:
        if fresh:
            connection.execute("DELETE FROM meta WHERE name = 'epoch'")
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?)", (secrets.token_hex(8),))
    return str(db.read("SELECT value FROM meta WHERE name = 'epoch'")[0]["value"])
