"""A scan: ask, make, keep, register. What Efface did not register is not kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from examples.scan_backend import pictures
from examples.scan_backend.backend import Backend
from examples.scan_backend.catalogue import CATEGORIES
from examples.scan_backend.client import Registered, UnavailableError
from examples.scan_backend.clock import stamp
from examples.scan_backend.files import Artifact

REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class Scan:
    """`answers` is empty when the scan was denied or could not be registered; then nothing is kept."""

    id: str
    allowed: bool
    reason: str
    artifacts: tuple[Artifact, ...] = ()
    answers: tuple[Registered, ...] = ()

    @property
    def kept(self) -> bool:
        return any(answer.status == REGISTERED for answer in self.answers)


def run(backend: Backend, subject: str, at: datetime) -> Scan:
    scan_id = f"scn_{secrets.token_hex(8)}"
    decision = backend.efface.check(subject, scan_id)
    if not decision.allowed:
        return Scan(scan_id, allowed=False, reason=decision.reason)
    pieces = _pieces(scan_id, subject, at)
    artifacts = tuple(artifact for artifact, _ in pieces)
    kept: set[str] = set()
    try:
        _keep(backend, pieces)
        told = backend.efface.register(subject, [_entry(a) for a in artifacts], key=scan_id)
        answers = tuple(told.get(a.id, Registered("not_answered", None, None)) for a in artifacts)
        kept = {a.id for a, said in zip(artifacts, answers, strict=True) if said.status == REGISTERED}
    except UnavailableError as trouble:
        return Scan(scan_id, allowed=True, reason=f"not registered: {trouble}")
    finally:
        _settle(backend, artifacts, kept)
    return Scan(scan_id, allowed=True, reason=decision.reason, artifacts=artifacts, answers=answers)


def drop_unfinished(backend: Backend) -> None:
    """At start: a scan cut off before its registration was answered leaves nothing behind."""
    for row in backend.db.read("SELECT id, store FROM artifacts WHERE state = 'making' ORDER BY seq"):
        _drop(backend, row["id"], row["store"])


def _pieces(scan_id: str, subject: str, at: datetime) -> list[tuple[Artifact, bytes]]:
    made = pictures.scan(scan_id)
    ids = [f"art_{secrets.token_hex(12)}" for _ in made]
    return [
        (
            Artifact(
                id=artifact_id,
                category=piece.category,
                subject=subject,
                store=CATEGORIES[piece.category].store,
                created_at=stamp(at),
                derived_from=None if piece.parent is None else ids[piece.parent],
                size=len(piece.data),
            ),
            piece.data,
        )
        for artifact_id, piece in zip(ids, made, strict=True)
    ]


def _keep(backend: Backend, pieces: list[tuple[Artifact, bytes]]) -> None:
    """Rows before files: a crash in between leaves a row that the next start can follow."""
    rows = [(a.id, a.category, a.subject, a.store, a.created_at, a.derived_from, a.size) for a, _ in pieces]
    with backend.db.transaction() as connection:
        connection.executemany(
            "INSERT INTO artifacts (id, category, subject, store, created_at, derived_from, size, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'making')",
            rows,
        )
    for artifact, data in pieces:
        backend.stores[artifact.store].put(artifact, data)


def _entry(artifact: Artifact) -> dict[str, object]:
    """One artifact as `POST /api/v1/artifacts` takes it: what it is, never what is in it."""
    return {
        "id": artifact.id,
        "category": artifact.category,
        "store": artifact.store,
        "created_at": artifact.created_at,
        "derived_from": artifact.derived_from,
        "biometric": CATEGORIES[artifact.category].biometric,
        "size": artifact.size,
    }


def _settle(backend: Backend, artifacts: tuple[Artifact, ...], kept: set[str]) -> None:
    for artifact in artifacts:
        if artifact.id not in kept:
            _drop(backend, artifact.id, artifact.store)
    with backend.db.transaction() as connection:
        connection.executemany("UPDATE artifacts SET state = 'kept' WHERE id = ?", [(one,) for one in sorted(kept)])


def _drop(backend: Backend, artifact_id: str, store: str) -> None:
    """Files before the row: while anything is left, the row says so."""
    backend.stores[store].erase(artifact_id)
    with backend.db.transaction() as connection:
        connection.execute("DELETE FROM artifacts WHERE id = ?", (artifact_id,))
