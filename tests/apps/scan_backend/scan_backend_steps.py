"""What a caller of the demo backend does and sees, over the wire and on its disk."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from examples.scan_backend.harness import PREFIX, Running

Json = dict[str, Any]


def scan(backend: Running, reference: str) -> list[Json]:
    made = backend.http.post("/demo/scans", json={"reference": reference})
    assert made.status_code == 201
    artifacts: list[Json] = made.json()["artifacts"]
    return artifacts


def body_for(deletion_id: str, artifacts: list[Json], method: str = "delete") -> Json:
    items = [{"id": one["id"], "category": one["category"], "method": method} for one in artifacts]
    return {"deletion_id": deletion_id, "items": items, "reason": "request"}


def order(backend: Running, body: Json, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key or f"key-{body['deletion_id']}"}
    return backend.http.post(f"{PREFIX}/deletions", json=body, headers=headers)


def wait_for(backend: Running, path: str, ready: Callable[[Json], bool]) -> Json:
    for _ in range(200):
        told: Json = backend.http.get(PREFIX + path).json()
        if ready(told):
            return told
        time.sleep(0.02)
    raise AssertionError(f"never ready: {told}")


def done(backend: Running, deletion_id: str) -> list[Json]:
    items: list[Json] = wait_for(backend, f"/deletions/{deletion_id}", lambda told: told["state"] == "done")["items"]
    return items


def delete(backend: Running, deletion_id: str, artifacts: list[Json], method: str = "delete") -> list[Json]:
    assert order(backend, body_for(deletion_id, artifacts, method)).status_code == 202
    return done(backend, deletion_id)


def present(backend: Running, artifacts: list[Json]) -> list[str]:
    told = backend.http.post(f"{PREFIX}/artifacts/lookup", json={"ids": [one["id"] for one in artifacts]}).json()
    assert told["as_of"].endswith("Z")
    ids: list[str] = told["present"]
    return ids


def listed(backend: Running, reference: str) -> list[Json]:
    items: list[Json] = backend.http.get(f"{PREFIX}/artifacts", params={"subject": reference}).json()["items"]
    return items


def states_on_disk(backend: Running, reference: str) -> list[tuple[str, str]]:
    files = backend.http.get("/demo/files", params={"subject": reference}).json()["files"]
    return sorted((one["category"], one["state"]) for one in files)


def vector_file(backend: Running) -> bytes:
    return (backend.data / "stores/vectors/vectors.sqlite3").read_bytes()


def files_of(backend: Running, artifacts: list[Json]) -> list[Path]:
    """Seen by this test's own eyes, whatever the backend says."""
    stores = backend.data / "stores"
    return sorted(path for one in artifacts for path in stores.rglob(f"{one['id']}*"))
