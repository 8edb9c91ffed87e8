"""Walk the whole ledger and name what is wrong, first things first. Reads in pages; memory does not grow with the ledger.

Append-only tables need no snapshot: the sizes in the journal are read before those of the checkpoints, and these before the
size of the tree, so whatever is added meanwhile cannot look like a fault.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from uuid import UUID

from django.db.models import Max, Q

from compliance.audit import journal, notes
from compliance.audit.merkle import Edge, leaf_hash
from compliance.audit.models import Checkpoint, Entry, Leaf, Node
from compliance.audit.queries import tree_size
from compliance.audit.rules import LATE, commitment, leaf_data, leaf_fields, payload_place, salt_place
from compliance.core.canonical import canonical
from compliance.core.sealing import SealBroken, Sealer

PAGE = 2_000


@dataclass(frozen=True)
class Opened:
    """What a sealed entry's commitment was made of: its salt, and its payload in canonical JSON."""

    salt: bytes
    body: bytes


# Opens a sealed entry, or says None: the floors above the ledger hold the people's keys, the ledger does not.
OpenPayload = Callable[[Entry], Opened | None]


def keep_sealed(_entry: Entry) -> Opened | None:
    """Open nothing: what the command line does."""
    return None


def open_with(sealer_of: Callable[[UUID], Sealer | None]) -> OpenPayload:
    """Open with the key of the entry's subject; `sealer_of` says None where that key was destroyed."""

    def opener(entry: Entry) -> Opened | None:
        sealer = sealer_of(entry.subject_id) if entry.subject_id else None
        if sealer is None:
            return None
        body = sealer.open(payload_place(entry.uid), bytes(entry.payload_sealed or b""))
        return Opened(sealer.salt(salt_place(entry.uid)), body.encode())

    return opener


@dataclass
class Walk:
    """One verification. Read `findings()` to its end, or to the first finding; then the counts say what was seen."""

    at: datetime
    verifier: notes.Verifier
    journal: Path
    open_payload: OpenPayload = keep_sealed
    entries: int = 0
    unopened: int = 0
    edge: Edge = field(default_factory=Edge)

    def findings(self) -> Iterator[str]:
        """Each thing that is wrong, as a sentence. Nothing: the ledger holds."""
        copies = journal.sizes(self.journal)
        signed = Checkpoint.objects.aggregate(last=Max("size"))["last"] or 0
        highest = self._highest_nodes()
        size = tree_size()
        yield from self._tree(size, _Marks(self, copies, signed))
        yield from self._beyond(size, highest)
        yield from self._without_place()

    def _tree(self, size: int, marks: "_Marks") -> Iterator[str]:
        for start in range(0, size, PAGE):
            yield from self._page(start, min(start + PAGE, size), marks)
            if self.edge.size != min(start + PAGE, size):
                # A leaf is missing: what comes after it cannot be computed, and would only repeat this finding.
                return
        yield from marks.beyond(size)

    def _page(self, start: int, end: int, marks: "_Marks") -> Iterator[str]:
        leaves = {leaf.index: leaf for leaf in Leaf.objects.filter(index__gte=start, index__lt=end)}
        entries = Entry.objects.in_bulk([leaf.entry_id for leaf in leaves.values()])
        stored = _nodes(start, end)
        for index in range(start, end):
            leaf = leaves.get(index)
            if leaf is None:
                yield f"entry {index}: its place in the tree is empty."
                return
            yield from self._entry(leaf, entries.get(leaf.entry_id))
            for level, place, computed in self.edge.append(bytes(leaf.hash)):
                if stored.get((level, place)) != computed:
                    yield f"entry {index}: node {level}/{place} of the tree above it is missing or wrong."
            yield from marks.reached(index + 1)

    def _entry(self, leaf: Leaf, entry: Entry | None) -> Iterator[str]:
        self.entries += 1
        if entry is None:
            yield f"entry {leaf.index}: its row was deleted."
            return
        named = f"entry {leaf.index} ({entry.kind}, {entry.uid})"
        if leaf_hash(leaf_data(leaf_fields(entry))) != bytes(leaf.hash):
            yield f"{named}: its fields are not those that the tree holds."
        if not self._committed(entry):
            yield f"{named}: its payload is not the one it was committed to."

    def _committed(self, entry: Entry) -> bool:
        if (entry.payload is None) != (entry.salt is None):
            return False
        try:
            opened = self.open_payload(entry) if entry.payload is None else Opened(bytes(entry.salt or b""), canonical(entry.payload))
        except (SealBroken, ValueError):
            # Not sealed with this key for this entry; or JSON that canonical JSON cannot say, so it was never committed to.
            return False
        if opened is None:
            self.unopened += 1
            return True
        return commitment(opened.salt, opened.body) == bytes(entry.commitment)

    def _highest_nodes(self) -> dict[int, int]:
        levels = Node.objects.values("level").annotate(last=Max("index")).values_list("level", "last")
        return dict(levels)

    def _beyond(self, size: int, highest: dict[int, int]) -> Iterator[str]:
        for level, last in sorted(highest.items()):
            if level < 1 or last >= size >> level:
                yield f"node {level}/{last}: it stands where the tree of {size} entries has none."

    def _without_place(self) -> Iterator[str]:
        """Entries outside the tree: too old to be waiting, or taken off the list of those that wait."""
        lost = Entry.objects.filter(leaf__isnull=True).filter(Q(pending__isnull=True) | Q(at__lt=self.at - LATE)).order_by("pk")
        for entry in lost.only("kind", "uid", "at").iterator(chunk_size=PAGE):
            yield f"entry without a place ({entry.kind}, {entry.uid}): it was never taken into the tree."


def _nodes(start: int, end: int) -> dict[tuple[int, int], bytes]:
    """The stored nodes that the leaves `start` up to `end` complete, by (level, index)."""
    levels = range(1, end.bit_length() + 1)
    completed = (Node.objects.filter(level=level, index__gte=start >> level, index__lt=end >> level) for level in levels)
    return {(node.level, node.index): bytes(node.hash) for node in chain.from_iterable(completed)}


class _Marks:
    """The signed sizes, met one after the other as the walk reaches them: checkpoints, and their copies in the journal."""

    def __init__(self, walk: Walk, copies: list[int], signed: int) -> None:
        self.walk = walk
        self.copies = copies
        self.next_copy = 0
        stored = Checkpoint.objects.filter(size__lte=signed).order_by("size")
        self.stored = stored.iterator(chunk_size=PAGE)
        self.next_stored = next(self.stored, None)

    def reached(self, size: int) -> Iterator[str]:
        """Compare what was signed for this size, if anything was, with the root of the leaves walked so far."""
        copied = self._take_copy(size)
        if self.next_stored and self.next_stored.size <= size:
            checkpoint, self.next_stored = self.next_stored, next(self.stored, None)
            yield from self._checkpoint(checkpoint, copied)
        if copied:
            text = journal.note_path(size, self.walk.journal).read_text("utf-8", errors="replace")
            yield from self._note(f"journal note {size}", text, size)

    def beyond(self, size: int) -> Iterator[str]:
        """What was signed for sizes that the tree no longer has: a tail was cut off, or a backup is behind."""
        if self.next_stored and self.next_stored.size > size:
            yield f"checkpoint {self.next_stored.size}: signed, but the tree has only {size} entries. The end was cut off."
        if self.copies and self.copies[-1] > size:
            yield f"journal note {self.copies[-1]}: signed, but the tree has only {size} entries. The end was cut off."

    def _take_copy(self, size: int) -> bool:
        if self.next_copy == len(self.copies) or self.copies[self.next_copy] != size:
            return False
        self.next_copy += 1
        return True

    def _checkpoint(self, checkpoint: Checkpoint, copied: bool) -> Iterator[str]:
        named = f"checkpoint {checkpoint.size}"
        yield from self._note(named, checkpoint.note, checkpoint.size)
        if bytes(checkpoint.root) != self.walk.edge.root():
            yield f"{named}: its root is not that of the tree."
        if not copied and checkpoint.at < self.walk.at - LATE:
            yield f"{named}: it has no copy in the journal."

    def _note(self, named: str, note: str, size: int) -> Iterator[str]:
        try:
            said = notes.verify_checkpoint(note, self.walk.verifier)
        except notes.NoteInvalid as error:
            yield f"{named}: {error}"
            return
        if (said.size, said.root) != (size, self.walk.edge.root()):
            yield f"{named}: what was signed is not the tree that is here."
