"""A store of plain files: `<root>/<shard>/<id>.<category>.<subject tag>.<extension>`.

The name carries everything the disk walk needs, so what is there can be told without the database.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from examples.scan_backend.catalogue import CATEGORIES

# Ids come from outside too: nothing with a dot or a slash ever becomes part of a path.
OWN_ID = re.compile(r"[A-Za-z0-9_-]{3,120}")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One stored thing; `created_at` as RFC 3339 text, `size` in bytes."""

    id: str
    category: str
    subject: str
    store: str
    created_at: str
    derived_from: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Found:
    """Something a walk over the disk met."""

    path: Path
    id: str
    category: str
    tag: str
    size: int
    state: str = "kept"


def subject_tag(reference: str) -> str:
    """A name-safe mark of a subject, so that a file can be traced to a person by walking."""
    return hashlib.sha256(reference.encode()).hexdigest()[:16]


class FileStore:
    """Immediate: what is deleted is unlinked, and the folder's entry is on disk before we return."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, artifact: Artifact, data: bytes) -> None:
        """Written aside, then renamed: half-made is never mistaken for made."""
        shard = self._root / artifact.id[-2:]
        shard.mkdir(exist_ok=True)
        sync_folder(self._root)
        extension = CATEGORIES[artifact.category].extension
        tag = subject_tag(artifact.subject)
        final = shard / f"{artifact.id}.{artifact.category}.{tag}.{extension}"
        part = final.with_name(f"{final.name}.part")
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(final)
        sync_folder(shard)

    def delete(self, artifact_id: str) -> None:
        for path in self._paths(artifact_id):
            path.unlink(missing_ok=True)
            sync_folder(path.parent)

    erase = delete

    def present(self, ids: Iterable[str]) -> set[str]:
        return {artifact_id for artifact_id in ids if self._paths(artifact_id)}

    def read(self, artifact_id: str) -> bytes | None:
        for path in self._paths(artifact_id):
            return path.read_bytes()
        return None

    def purge(self, ids: Iterable[str]) -> None:
        """Nothing to do: a delete here leaves nothing behind."""

    def close(self) -> None:
        """Nothing is held open."""

    def walk(self) -> Iterator[Found]:
        for path in sorted(self._root.glob("*/*")):
            yield from found(path)

    def _paths(self, artifact_id: str) -> list[Path]:
        shard = self._root / artifact_id[-2:]
        if not OWN_ID.fullmatch(artifact_id) or not shard.is_dir():
            return []
        start = f"{artifact_id}."
        return [path for path in shard.iterdir() if path.name.startswith(start)]


def found(path: Path, category: str | None = None) -> Iterator[Found]:
    """One file by its name; nothing when it went away while we looked."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return
    artifact_id, *marks, tag, _ = path.name.removesuffix(".part").split(".")
    yield Found(path, artifact_id, category or marks[0], tag, size)


def sync_folder(folder: Path) -> None:
    """Make a rename or unlink in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
