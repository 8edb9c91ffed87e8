"""Checkpoints: signed once per size, copied outside the database, refused over a tree that was rewritten."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from compliance.audit import journal, merkle, notes
from compliance.audit.actions import checkpoint, sequence
from compliance.audit.models import Checkpoint, Entry, Leaf
from compliance.audit.queries import proof, stored_hash
from compliance.core.errors import Conflict
from tests.apps.audit.conftest import AT

pytestmark = pytest.mark.django_db(transaction=True)

Tell = Callable[..., list[Entry]]


def grow(tell: Tell, count: int) -> Checkpoint | None:
    tell(count)
    sequence(at=AT)
    return checkpoint(at=AT)


def copies(settings: Settings) -> dict[str, str]:
    folder = settings.JOURNAL_DIR / "checkpoints"
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()} if folder.exists() else {}


def test_an_empty_ledger_is_not_signed(settings: Settings) -> None:
    assert checkpoint(at=AT) is None
    assert copies(settings) == {}


def test_entries_without_a_place_are_not_signed(tell: Tell) -> None:
    tell(2)
    assert checkpoint(at=AT) is None
    sequence(at=AT)
    made = checkpoint(at=AT)
    assert made is not None
    assert made.size == 2


def test_a_checkpoint_is_signed_stored_and_copied(tell: Tell, settings: Settings) -> None:
    made = grow(tell, 5)
    assert made is not None
    verifier = notes.load_verifier(settings.SIGNING_DIR / "ledger.pub")
    said = notes.verify_checkpoint(made.note, verifier)
    assert said == notes.SignedRoot("privacy.example.com", 5, merkle.root(5, stored_hash))
    assert copies(settings) == {"5.note": made.note}
    assert checkpoint(at=AT) is None
    assert Checkpoint.objects.count() == 1


def test_a_later_checkpoint_provably_begins_with_the_earlier_one(tell: Tell) -> None:
    first, second = grow(tell, 3), grow(tell, 4)
    assert first is not None
    assert second is not None
    proof = merkle.consistency_proof(3, 7, stored_hash)
    assert merkle.verify_consistency(3, 7, proof, bytes(first.root), bytes(second.root))


def test_a_copy_that_failed_is_made_up_for_oldest_first(tell: Tell, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tell, 1)
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "rename", full)
    for _ in range(2):
        with pytest.raises(OSError, match="no space"):
            grow(tell, 1)
    assert Checkpoint.objects.count() == 3
    assert [name for name in copies(settings) if name.endswith(".note")] == ["1.note"]
    monkeypatch.setattr(Path, "rename", rename)
    assert checkpoint(at=AT) is None
    stored = {f"{size}.note": note for size, note in Checkpoint.objects.values_list("size", "note")}
    assert {name: note for name, note in copies(settings).items() if name.endswith(".note")} == stored
    assert journal.sizes() == [1, 2, 3]


def test_the_copy_is_written_after_the_transaction(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    rename = Path.rename

    def noted(self: Path, target: Path) -> Path:
        seen.append(connection.in_atomic_block)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", noted)
    grow(tell, 1)
    assert seen == [False]
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        checkpoint(at=AT)


def test_nothing_is_signed_over_a_past_that_was_rewritten(tell: Tell, superuser: Any) -> None:
    grow(tell, 3)
    superuser.execute("UPDATE audit_leaf SET hash = sha256('forged') WHERE index = 2")
    tell(1)
    sequence(at=AT)
    with pytest.raises(Conflict, match="checkpoint 3"):
        checkpoint(at=AT)
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [3]


def test_without_a_key_nothing_is_signed_and_the_remedy_is_named(tell: Tell, settings: Settings) -> None:
    (settings.SIGNING_DIR / "ledger.key").unlink()
    with pytest.raises(notes.NoteInvalid, match="make_keys"):
        grow(tell, 1)
    assert (Leaf.objects.count(), Checkpoint.objects.count()) == (1, 0)


def test_a_checkpoint_that_somebody_slipped_in_neither_stops_the_ledger_nor_proves_anything(tell: Tell, settings: Settings) -> None:
    grow(tell, 3)
    Checkpoint.objects.create(size=9_999_999, root=b"x" * 32, note="x", at=AT)
    entry = tell(1)[0]
    sequence(at=AT)
    made = checkpoint(at=AT)
    assert made is not None
    assert made.size == 4
    assert proof(entry).size == 4
    assert "9999999.note" not in copies(settings)
