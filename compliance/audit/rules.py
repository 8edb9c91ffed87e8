"""What an entry binds itself to: the one definition of its commitment and of its leaf in the tree. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from compliance.core.canonical import canonical

if TYPE_CHECKING:
    from compliance.audit.models import Entry

# A committed entry has its place in the tree after this time, else something is wrong with the sequencer (or was done to it).
LATE = timedelta(seconds=60)

# The columns that a leaf is made of; reading no others spares the payloads.
LEAF_COLUMNS = ("uid", "kind", "at", "actor_name", "actor_role", "subject_id", "object_id", "commitment")


def payload_place(uid: UUID) -> str:
    """Where a sealed payload belongs (see `Sealer.seal`)."""
    return f"audit.payload:{uid}"


def salt_place(uid: UUID) -> str:
    """What the salt of a sealed entry's commitment is derived for (see `Sealer.salt`)."""
    return f"entry:{uid}"


def commitment(salt: bytes, body: bytes) -> bytes:
    """SHA-256(salt || body), where body is the payload in canonical JSON."""
    return sha256(salt + body).digest()


def leaf_fields(entry: "Entry") -> dict[str, str | None]:
    """What the tree binds of an entry. The payload is bound through its commitment, so it can be erased."""
    return {
        "uid": str(entry.uid),
        "kind": entry.kind,
        "at": time_text(entry.at),
        "actor": entry.actor_name,
        "role": entry.actor_role,
        "subject": str(entry.subject_id) if entry.subject_id else None,
        "object": entry.object_id,
        "commitment": bytes(entry.commitment).hex(),
    }


def leaf_data(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a leaf: its fields in canonical JSON (RFC 8785). `merkle.leaf_hash` of them is the leaf's hash."""
    return canonical(fields)


def time_text(at: datetime) -> str:
    """RFC 3339 in UTC with all six digits that the database keeps, so that no digit of a time is outside the proof."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def words(kind: str) -> str:
    """`dsar:request:deadline_extended` as an officer reads it: "Request deadline extended"."""
    said = " ".join(kind.split(":")[1:]).replace("_", " ")
    return said[:1].upper() + said[1:]
