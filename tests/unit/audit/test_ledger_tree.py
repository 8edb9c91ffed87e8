"""The tree against the public vectors of RFC 6962, and against a naive tree written from the text of the RFC."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.audit import merkle

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "rfc6962.json"


def vectors(of: str) -> list[Any]:
    if not VECTORS.exists():
        return [pytest.param(None, marks=pytest.mark.skip("the public vectors (shared/vectors) are not beside this clone"))]
    return [pytest.param(case, id=case["name"]) for case in json.loads(VECTORS.read_text())[of]]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def proof_of(case: dict[str, Any]) -> list[bytes]:
    return [raw(part) for part in case["proof"] or []]


@pytest.mark.parametrize("case", vectors("inclusion"))
def test_public_vectors_of_inclusion(case: dict[str, Any]) -> None:
    held = merkle.verify_inclusion(case["leafIdx"], case["treeSize"], raw(case["leafHash"]), proof_of(case), raw(case["root"]))
    assert held is not case["wantErr"]


@pytest.mark.parametrize("case", vectors("consistency"))
def test_public_vectors_of_consistency(case: dict[str, Any]) -> None:
    held = merkle.verify_consistency(case["size1"], case["size2"], proof_of(case), raw(case["root1"]), raw(case["root2"]))
    assert held is not case["wantErr"]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word; leaves are leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


def lookup_in(leaves: list[bytes]) -> merkle.Lookup:
    return lambda level, index: naive_root(leaves[index << level : (index + 1) << level])


def changed(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value) ^ 1 << bit).to_bytes(len(value))


def test_a_leaf_is_never_read_as_a_node() -> None:
    assert merkle.leaf_hash(b"") == sha256(b"\x00").digest()
    assert merkle.leaf_hash(b"x" * 64) != merkle.node_hash(b"x" * 32, b"x" * 32)


def test_the_roots_of_every_small_tree_are_those_of_the_rfc() -> None:
    for size in range(70):
        leaves = leaves_of(size)
        edge = merkle.Edge()
        for leaf in leaves:
            list(edge.append(leaf))
        assert merkle.root(size, lookup_in(leaves)) == edge.root() == naive_root(leaves)


def test_an_edge_gives_each_complete_node_exactly_once() -> None:
    leaves = leaves_of(41)
    edge = merkle.Edge()
    nodes = [node for leaf in leaves for node in edge.append(leaf)]
    wanted = {(level, index) for level in range(1, 6) for index in range(41 >> level)}
    assert {(level, index) for level, index, _ in nodes} == wanted
    assert len(nodes) == len(wanted)
    assert all(hashed == lookup_in(leaves)(level, index) for level, index, hashed in nodes)


@given(st.integers(0, 60), st.integers(0, 60))
def test_an_edge_taken_up_from_storage_goes_on_as_if_it_had_never_stopped(before: int, more: int) -> None:
    leaves = leaves_of(before + more)
    edge = merkle.Edge.at(before, lookup_in(leaves))
    for leaf in leaves[before:]:
        list(edge.append(leaf))
    assert (edge.size, edge.root()) == (before + more, naive_root(leaves))


@given(st.data())
def test_every_inclusion_proof_holds_and_no_altered_one_does(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 90))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof = merkle.inclusion_proof(index, size, lookup_in(leaves))
    root = naive_root(leaves)
    assert merkle.verify_inclusion(index, size, leaves[index], proof, root)
    assert not merkle.verify_inclusion(index, size, changed(leaves[index], 3), proof, root)
    assert not merkle.verify_inclusion(index, size, leaves[index], [*proof, root], root)
    assert not merkle.verify_inclusion(index, size, leaves[index], proof, changed(root, 255))
    assert not merkle.verify_inclusion(size, size, leaves[index], proof, root)
    if size > 1:
        place = data.draw(st.integers(0, len(proof) - 1))
        altered = [*proof[:place], changed(proof[place], data.draw(st.integers(0, 255))), *proof[place + 1 :]]
        assert not merkle.verify_inclusion(index, size, leaves[index], altered, root)
        assert not merkle.verify_inclusion(index, size, leaves[index], proof[:-1], root)
        assert not merkle.verify_inclusion((index + 1) % size, size, leaves[index], proof, root)


@given(st.data())
def test_every_consistency_proof_holds_and_no_rewritten_past_does(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, 90))
    first = data.draw(st.integers(1, second))
    leaves = leaves_of(second)
    old, new = naive_root(leaves[:first]), naive_root(leaves)
    proof = merkle.consistency_proof(first, second, lookup_in(leaves))
    assert merkle.verify_consistency(first, second, proof, old, new)
    assert not merkle.verify_consistency(first, second, [*proof, new], old, new)
    assert not merkle.verify_consistency(first, second, proof, changed(old, 0), new)
    rewritten = leaves.copy()
    rewritten[data.draw(st.integers(0, first - 1))] = merkle.leaf_hash(b"rewritten")
    forged = merkle.consistency_proof(first, second, lookup_in(rewritten))
    assert not merkle.verify_consistency(first, second, forged, old, naive_root(rewritten))


@pytest.mark.parametrize(("first", "second"), [(0, 5), (-1, 5), (6, 5)])
def test_sizes_that_have_no_consistency_proof_are_refused_on_both_sides(first: int, second: int) -> None:
    root = naive_root(leaves_of(5))
    assert not merkle.verify_consistency(first, second, [], root, root)
    with pytest.raises(ValueError, match="no consistency proof"):
        merkle.consistency_proof(first, second, lookup_in(leaves_of(5)))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="is not in a tree"):
        merkle.inclusion_proof(index, size, lookup_in(leaves_of(5)))


@pytest.mark.parametrize(
    "ask",
    [
        lambda size, lookup: merkle.root(size, lookup),
        lambda size, lookup: merkle.inclusion_proof(12_345, size, lookup),
        lambda size, lookup: merkle.inclusion_proof(size - 1, size, lookup),
        lambda size, lookup: merkle.consistency_proof(987_654, size, lookup),
        lambda size, lookup: merkle.Edge.at(size, lookup),
    ],
)
@given(size=st.integers(1_000_000, 2_000_000_000))
@settings(max_examples=20)
def test_a_tree_of_a_billion_leaves_is_asked_for_few_hashes(ask: Callable[[int, merkle.Lookup], object], size: int) -> None:
    asked: list[tuple[int, int]] = []

    def lookup(level: int, index: int) -> bytes:
        asked.append((level, index))
        assert (index + 1) << level <= size, "a subtree that is not complete was asked for"
        return bytes(32)

    ask(size, lookup)
    assert 0 < len(asked) <= 2 * size.bit_length()
