"""Reads of the ledger: the proof of an entry, and the tree behind it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from compliance.audit import merkle
from compliance.audit.genuine import first_genuine
from compliance.audit.models import Checkpoint, Entry, Leaf, Node
from compliance.audit.rules import leaf_data, leaf_fields
from compliance.core.errors import NotFound


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
