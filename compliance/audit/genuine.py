"""Which stored checkpoints our own key signed. A row that somebody slipped in must neither stop the ledger nor prove anything."""

from django.conf import settings
from django.db.models import QuerySet

from compliance.audit import notes
from compliance.audit.models import Checkpoint


def is_genuine(checkpoint: Checkpoint) -> bool:
    """Whether the note carries our signature over exactly this size and root."""
    verifier = notes.load_verifier(settings.SIGNING_DIR / notes.PUBLIC_FILE)
    try:
        signed = notes.verify_checkpoint(checkpoint.note, verifier)
    except notes.NoteInvalid:
        return False
    return (signed.size, signed.root) == (checkpoint.size, bytes(checkpoint.root))


def first_genuine(checkpoints: QuerySet[Checkpoint]) -> Checkpoint | None:
    """The first of the rows, in their order, that our key signed."""
    return next((row for row in checkpoints.iterator(chunk_size=100) if is_genuine(row)), None)
