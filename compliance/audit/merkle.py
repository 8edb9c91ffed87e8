"""The Merkle tree of RFC 6962: hashes, roots, proofs and their verifiers. Pure; knows neither database nor Django.

A `Lookup` gives the hash of a complete subtree: `lookup(level, index)` spans the leaves `index * 2**level` up to
`(index + 1) * 2**level`; level 0 is a leaf hash. Roots and proofs of any size ask for O(log size) of them.
All hashes are 32 bytes, SHA-256.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

Lookup = Callable[[int, int], bytes]

HASH = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962, 2.1: the prefix 0x00 keeps a leaf from ever being read as a node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, 2.1: the hash over two children."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below `size` (2 or more): where the tree parts into left and right."""
    return 1 << (size - 1).bit_length() - 1


def subtree(start: int, end: int, lookup: Lookup) -> bytes:
    """The hash over the leaves `start` up to `end`, which must be a range that the tree's splits produce."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return lookup(level, start >> level)
    middle = start + split(size)
    return node_hash(subtree(start, middle, lookup), subtree(middle, end, lookup))


def root(size: int, lookup: Lookup) -> bytes:
    """The root over the first `size` leaves."""
    return subtree(0, size, lookup) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, lookup: Lookup) -> list[bytes]:
    """RFC 6962, 2.1.1: the audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(subtree(middle, end, lookup))
            end = middle
        else:
            path.append(subtree(start, middle, lookup))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, lookup: Lookup) -> list[bytes]:
    """RFC 6962, 2.1.2: that the tree of `second` leaves begins with the tree of `first`. From size 0 there is no proof."""
    if not 1 <= first <= second:
        raise ValueError(f"no consistency proof from {first} to {second}")
    start, end = 0, second
    path: list[bytes] = []
    while end != first:
        middle = start + split(end - start)
        if first <= middle:
            path.append(subtree(middle, end, lookup))
            end = middle
        else:
            path.append(subtree(start, middle, lookup))
            start = middle
    # With start == 0 what is left is the first tree itself; the verifier has its root.
    if start:
        path.append(subtree(start, end, lookup))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2: whether `leaf` (a leaf hash) is number `index` of the `size` leaves under `root`."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    step = _Climb(index, size - 1)
    seen = leaf
    for sibling in proof:
        if step.last == 0:
            return False
        seen = node_hash(sibling, seen) if step.is_right() else node_hash(seen, sibling)
        step.up()
    return step.last == 0 and seen == root


def verify_consistency(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """RFC 9162, 2.1.4.2: whether the tree under `second_root` begins with the tree under `first_root`. Size 0 is refused."""
    if first == second >= 1:
        return not proof and first_root == second_root
    if not 1 <= first < second or not proof or not _are_hashes(first_root, second_root, *proof):
        return False
    # A first tree that is complete is its own node, so the proof leaves it out.
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    step = _Climb(first - 1, second - 1)
    while step.position & 1:
        step.shift()
    old = new = path[0]
    for sibling in path[1:]:
        if step.last == 0:
            return False
        if step.is_right():
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
        step.up()
    return step.last == 0 and old == first_root and new == second_root


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH for value in values)


@dataclass
class _Climb:
    """Where a verifier stands: `position` of the hash it carries, and `last`, the last position of that level."""

    position: int
    last: int

    def shift(self) -> None:
        self.position >>= 1
        self.last >>= 1

    def is_right(self) -> bool:
        """Whether the sibling lies to the left: at an odd position, or at the right edge of an incomplete tree."""
        return bool(self.position & 1) or self.position == self.last

    def up(self) -> None:
        """Go to the level of the next sibling; levels where the right edge has none are passed over."""
        if self.is_right():
            while self.position and not self.position & 1:
                self.shift()
        self.shift()


@dataclass
class Edge:
    """The right edge of a growing tree: its size and the hashes of its complete subtrees, the largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    @classmethod
    def at(cls, size: int, lookup: Lookup) -> "Edge":
        """The edge of a stored tree of `size` leaves."""
        peaks: list[bytes] = []
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                peaks.append(lookup(level, (size >> level) - 1))
        return cls(size, peaks)

    def append(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add a leaf hash; gives every node that it completes as (level, index, hash). Must be read to its end."""
        level, index, seen = 0, self.size, leaf
        while index & 1:
            level, index, seen = level + 1, index >> 1, node_hash(self.peaks.pop(), seen)
            yield level, index, seen
        self.peaks.append(seen)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        seen = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            seen = node_hash(peak, seen)
        return seen
