"""Sign the tree as it stands, and put a copy where a hand in the database does not reach."""

import os
import uuid
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from compliance.audit import merkle, notes
from compliance.audit.genuine import first_genuine, is_genuine
from compliance.audit.journal import note_path, sync_folder
from compliance.audit.models import Checkpoint
from compliance.audit.queries import stored_hash, tree_size
from compliance.core.errors import Conflict

log = structlog.get_logger(__name__)


def checkpoint(*, at: datetime) -> Checkpoint | None:
    """Sign the present size if the tree grew, then copy to the journal every checkpoint that it lacks.

    Returns the new checkpoint, or None where nothing grew. Raises `Conflict` where the tree no longer has the root that was
    signed last (nothing is signed then), `notes.NoteInvalid` without a key, OSError where the journal cannot be written: the
    checkpoint is stored all the same, and the next call tries the copy again.
    """
    made = sign(at=at)
    export()
    return made


@transaction.atomic(durable=True)
def sign(*, at: datetime) -> Checkpoint | None:
    """Store a signed checkpoint of the present size, once."""
    size = tree_size()
    last = first_genuine(Checkpoint.objects.order_by("-size"))
    if size <= (last.size if last else 0):
        return None
    if last and merkle.root(last.size, stored_hash) != bytes(last.root):
        raise Conflict(f"The tree no longer has the root of checkpoint {last.size}. Run `manage.py verify_ledger`.")
    signer = notes.load_signer(settings.SIGNING_DIR)
    root = merkle.root(size, stored_hash)
    note = notes.sign_checkpoint(size, root, signer)
    made, new = Checkpoint.objects.get_or_create(size=size, defaults={"root": root, "note": note, "at": at})
    return made if new else None


def export() -> int:
    """Copy the checkpoints that the journal lacks, the oldest first; returns how many. Never inside a transaction.

    Because the oldest goes first, the newest one present says that all before it are: the way back is short.
    """
    missing: list[int] = []
    for row in Checkpoint.objects.order_by("-size").iterator(chunk_size=100):
        if note_path(row.size).exists():
            break
        if is_genuine(row):
            missing.append(row.size)
    for size in reversed(missing):
        write_note(note_path(size), Checkpoint.objects.get(pk=size).note)
    return len(missing)


def write_note(path: Path, note: str) -> None:
    """Write aside, then rename: a half-written note is never mistaken for one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{uuid.uuid4()}.part")
    with aside.open("w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
    sync_folder(path.parent)
