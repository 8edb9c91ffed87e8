"""A store of vectors that behaves like a vector index: deleting marks a row dead at once, and its
bytes stay in the file until a compaction really purges them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from examples.scan_backend.database import Database
from examples.scan_backend.files import Artifact, Found, subject_tag

SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    id TEXT PRIMARY KEY,
    category TEXT NOT NULL,
    tag TEXT NOT NULL,
    dead INTEGER NOT NULL DEFAULT 0,
    bytes BLOB NOT NULL
);
"""


class VectorStore:
    """Deferred: `delete` is a tombstone, `purge` removes dead rows and rewrites the file."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._path = root / "vectors.sqlite3"
        self._db = Database(self._path, SCHEMA)

    def put(self, artifact: Artifact, data: bytes) -> None:
        row = (artifact.id, artifact.category, subject_tag(artifact.subject), data)
        with self._db.transaction() as connection:
            connection.execute("INSERT INTO vectors (id, category, tag, bytes) VALUES (?, ?, ?, ?)", row)

    def delete(self, artifact_id: str) -> None:
        with self._db.transaction() as connection:
            connection.execute("UPDATE vectors SET dead = 1 WHERE id = ?", (artifact_id,))

    def erase(self, artifact_id: str) -> None:
        """Delete and purge in one go, for what should never have been kept."""
        self.delete(artifact_id)
        self.purge([artifact_id])

    def present(self, ids: Iterable[str]) -> set[str]:
        living: set[str] = set()
        for artifact_id in ids:
            rows = self._db.read("SELECT id FROM vectors WHERE id = ? AND NOT dead", (artifact_id,))
            living.update(row["id"] for row in rows)
        return living

    def read(self, artifact_id: str) -> bytes | None:
        rows = self._db.read("SELECT bytes FROM vectors WHERE id = ? AND NOT dead", (artifact_id,))
        return bytes(rows[0]["bytes"]) if rows else None

    def purge(self, ids: Iterable[str]) -> None:
        with self._db.transaction() as connection:
            connection.executemany("DELETE FROM vectors WHERE id = ? AND dead", [(one,) for one in ids])
        self._db.compact()

    def close(self) -> None:
        self._db.close()

    def walk(self) -> Iterator[Found]:
        sql = "SELECT id, category, tag, dead, length(bytes) AS size FROM vectors ORDER BY id"
        for row in self._db.read(sql):
            state = "tombstone" if row["dead"] else "kept"
            yield Found(self._path, row["id"], row["category"], row["tag"], row["size"], state)
