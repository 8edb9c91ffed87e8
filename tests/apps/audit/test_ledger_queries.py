"""The proofs that documents carry."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from compliance.audit import merkle, notes
from compliance.audit.actions import checkpoint, sequence
from compliance.audit.models import Entry, Node
from compliance.audit.queries import proof, stored_hash, to_tlog_proof
from compliance.core.errors import NotFound
from tests.apps.audit.conftest import AT

pytestmark = pytest.mark.django_db(transaction=True)

Tell = Callable[..., list[Entry]]


def test_there_is_no_proof_before_the_entry_is_sequenced_and_signed(tell: Tell) -> None:
    entry = tell(1)[0]
    with pytest.raises(NotFound):
        proof(entry)
    sequence(at=AT)
    with pytest.raises(NotFound):
        proof(entry)
    checkpoint(at=AT)
    assert proof(entry).index == 0


def test_every_entry_has_a_proof_that_holds_and_stays_the_same(tell: Tell, settings: Settings) -> None:
    verifier = notes.load_verifier(settings.SIGNING_DIR / "ledger.pub")
    entries: list[Entry] = []
    given = []
    for count in (1, 6, 4):
        new = tell(count)
        entries += new
        sequence(at=AT)
        checkpoint(at=AT)
        given += [proof(entry) for entry in new]
    assert [proof(entry) for entry in entries] == given
    assert [each.size for each in given] == [1] + [7] * 6 + [11] * 4
    for index, each in enumerate(given):
        signed = notes.verify_checkpoint(each.note, verifier)
        assert each.index == index
        assert merkle.verify_inclusion(each.index, signed.size, each.leaf_hash, each.hashes, signed.root)
        assert not merkle.verify_inclusion(each.index, signed.size, given[index - 1].leaf_hash, each.hashes, signed.root)


def test_the_proof_as_text_and_as_json(tell: Tell) -> None:
    entry = tell(3)[0]
    sequence(at=AT)
    checkpoint(at=AT)
    given = proof(entry)
    head, checkpoint_body, signature = to_tlog_proof(given).split("\n\n")
    assert head.split("\n")[:2] == ["c2sp.org/tlog-proof@v1", "index 0"]
    assert head.split("\n")[2:] == given.as_json()["hashes"]
    assert f"{checkpoint_body}\n\n{signature}" == given.note
    assert given.as_json() == {
        "leaf": {**given.leaf},
        "index": 0,
        "size": 3,
        "hashes": given.as_json()["hashes"],
        "checkpoint": given.note,
    }
    assert given.leaf["uid"] == str(entry.uid)


def test_a_hole_in_the_tree_is_said_and_never_papered_over(tell: Tell, superuser: Any) -> None:
    entry = tell(4)[0]
    sequence(at=AT)
    checkpoint(at=AT)
    assert Node.objects.filter(level=1, index=1).exists()
    superuser.execute("DELETE FROM audit_node WHERE level = 1 AND index = 1")
    with pytest.raises(NotFound, match="no node 1/1"):
        stored_hash(1, 1)
    with pytest.raises(NotFound):
        proof(entry)
