"""Seal the receipts of a release: one when it was given, one when it ended. Takes seconds: never inside a transaction."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from compliance.audit import queries as ledger
from compliance.audit.actions import checkpoint, sequence
from compliance.audit.models import Entry
from compliance.core.actor import SERVICE
from compliance.core.errors import Conflict
from compliance.evidence.actions import seal
from compliance.evidence.models import Document
from consent.models import Release
from consent.queries.receipts import KIND, content_of, entry_of, sealed_so_far
from consent.rules.receipts import stages

TEMPLATE = "documents/receipt.html"


def seal_receipts(*, release_id: UUID, at: datetime, guard: Callable[[], None]) -> Document | None:
    """Seal what is still missing, in the order in which it happened, and return the newest; None when nothing was missing.

    Idempotent, and safe to kill anywhere: what was sealed before is counted, and `guard` (a lease) runs first in every
    transaction that stores. Raises `Conflict` when another worker seals the same release now: the promise is kept later.
    """
    release = Release.objects.select_related("notice").get(pk=release_id)
    document = None
    for number in range(stages(release.state)):
        if sealed_so_far(release.pk) == number:
            document = _seal(release, number=number, at=at, guard=guard)
    return document


def _seal(release: Release, *, number: int, at: datetime, guard: Callable[[], None]) -> Document:
    ended = number == 1
    entry = entry_of(release, release.state if ended else Release.State.ACTIVE)

    def in_turn() -> None:
        guard()
        # A receipt that says "given" must never be sealed after the one that says "ended": it would supersede it.
        if sealed_so_far(release.pk) != number:
            raise Conflict("Another worker sealed a receipt of this release at the same moment.")

    return seal(
        kind=KIND,
        subject_id=release.subject_id,
        object_id=str(release.pk),
        language=release.notice.locale,
        content=content_of(release, ended=ended, entry=entry),
        template=TEMPLATE,
        proof=_proof(entry, at),
        actor=SERVICE,
        at=at,
        guard=in_turn,
    )


def _proof(entry: Entry | None, at: datetime) -> dict[str, object] | None:
    """That the event stands in the ledger, with the signed checkpoint over it."""
    if entry is None:
        return None
    # The proof needs the entry in the tree and a checkpoint over it; whoever runs the sequencer now does it for all.
    sequence(at=at)
    checkpoint(at=at)
    return ledger.proof(entry).as_json()
