"""Reads of the ledger: what happened to an object, and the proof of an entry."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from compliance.audit import merkle
from compliance.audit.genuine import first_genuine
from compliance.audit.models import Checkpoint, Entry, Leaf, Node
from compliance.audit.rules import leaf_data, leaf_fields, payload_place, words
from compliance.core.errors import NotFound
from compliance.core.sealing import SealBroken, Sealer


@dataclass(frozen=True)
class Line:
    """An entry in words. `payload` is None where it is sealed and the caller's key does not open it."""

    id: int
    uid: UUID
    kind: str
    words: str
    at: datetime
    actor_name: str
    actor_role: str
    object_id: str
    payload: Mapping[str, Any] | None
    index: int | None


@dataclass(frozen=True)
class Proof:
    """That an entry stands in the ledger: `leaf` at `index` of the first `size` entries, under the root that `note` signs.

    `leaf` are the fields of `rules.leaf_fields`; `hashes` the audit path, 32 bytes each, from the leaf upwards.
    """

    leaf: Mapping[str, str | None]
    index: int
    size: int
    hashes: tuple[bytes, ...]
    note: str

    @property
    def leaf_hash(self) -> bytes:
        return merkle.leaf_hash(leaf_data(self.leaf))

    def as_json(self) -> dict[str, Any]:
        """For a document's JSON twin; the hashes in base64."""
        return {
            "leaf": dict(self.leaf),
            "index": self.index,
            "size": self.size,
            "hashes": [_b64(value) for value in self.hashes],
            "checkpoint": self.note,
        }


def history_of(
    *,
    object_id: str | None = None,
    subject_id: UUID | None = None,
    sealer: Sealer | None = None,
    after: int = 0,
    limit: int = 200,
) -> list[Line]:
    """Entries about an object, a subject, or both, the oldest first; the next page begins `after` the last line's id."""
    named = {"object_id": object_id, "subject_id": subject_id}
    given = {name: value for name, value in named.items() if value is not None}
    if not given:
        raise ValueError("name an object or a subject")
    entries = Entry.objects.filter(**given, id__gt=after).select_related("leaf").order_by("id")[:limit]
    return [_line(entry, sealer) for entry in entries]


def _line(entry: Entry, sealer: Sealer | None) -> Line:
    leaf: Leaf | None = getattr(entry, "leaf", None)
    return Line(
        id=entry.pk,
        uid=entry.uid,
        kind=entry.kind,
        words=words(entry.kind),
        at=entry.at,
        actor_name=entry.actor_name,
        actor_role=entry.actor_role,
        object_id=entry.object_id,
        payload=opened(entry, sealer),
        index=leaf.index if leaf else None,
    )


def opened(entry: Entry, sealer: Sealer | None) -> Mapping[str, Any] | None:
    """The payload of an entry, or None where this key (or no key) does not open it."""
    said: Mapping[str, Any] | None = entry.payload
    if entry.payload_sealed is not None and sealer is not None:
        try:
            said = json.loads(sealer.open(payload_place(entry.uid), bytes(entry.payload_sealed)))
        except SealBroken:
            return None
    return said


def proof(entry: Entry) -> Proof:
    """The proof of an entry under the first checkpoint that covers it: always the same one, however late it is asked for.

    Raises `NotFound` until the entry has its place and a checkpoint covers it, usually within a minute.
    """
    leaf = Leaf.objects.filter(entry_id=entry.pk).first()
    covering = first_genuine(Checkpoint.objects.filter(size__gt=leaf.index).order_by("size")) if leaf else None
    if leaf is None or covering is None:
        raise NotFound("This entry has no signed proof yet. Ask again in a minute.")
    hashes = merkle.inclusion_proof(leaf.index, covering.size, stored_hash)
    return Proof(leaf_fields(entry), leaf.index, covering.size, tuple(hashes), covering.note)


def to_tlog_proof(proof: Proof) -> str:
    """The proof as a `.tlog-proof` text (c2sp.org/tlog-proof@v1)."""
    head = ["c2sp.org/tlog-proof@v1", f"index {proof.index}", *map(_b64, proof.hashes)]
    return "\n".join(head) + "\n\n" + proof.note


def tree_size() -> int:
    """How many entries have their place in the tree."""
    last = Leaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1


def stored_hash(level: int, index: int) -> bytes:
    """The hash of a complete subtree as stored: a `merkle.Lookup`. Raises `NotFound` where a row is missing."""
    rows = Node.objects.filter(level=level, index=index) if level else Leaf.objects.filter(index=index)
    found = rows.values_list("hash", flat=True).first()
    if found is None:
        raise NotFound(f"The ledger's tree has no node {level}/{index}. Run `manage.py verify_ledger`.")
    return bytes(found)


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()
