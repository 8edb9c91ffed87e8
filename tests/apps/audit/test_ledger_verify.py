"""`verify_ledger` against a hand in the database that no trigger stops."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from compliance.audit import notes
from compliance.audit.actions import checkpoint, sequence
from compliance.audit.models import Entry, Pending
from compliance.audit.verify import Walk, keep_sealed, open_with
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import KeyDestroyed
from compliance.core.sealing import Sealer
from compliance.subjects.actions import create, destroy_key
from compliance.subjects.models import Subject
from compliance.subjects.queries import sealer

pytestmark = pytest.mark.django_db(transaction=True)

Tell = Callable[..., list[Entry]]
# Five entries, a checkpoint over the first three and one over all.
FIRST, ALL = 3, 5


def verify(*arguments: str) -> str:
    said = StringIO()
    call_command("verify_ledger", *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture
def ledger(tell: Tell) -> list[Entry]:
    """A ledger that holds, an hour old, so that nothing in it is merely on its way."""
    at = clock.now() - timedelta(hours=1)
    entries: list[Entry] = []
    for count in (FIRST, ALL - FIRST):
        entries += tell(count, at=at)
        sequence(at=at)
        checkpoint(at=at)
    assert verify() == "OK 5 entries\n"
    return entries


def resign(settings: Settings, size: int, root: bytes) -> str:
    return notes.sign_checkpoint(size, root, notes.load_signer(settings.SIGNING_DIR))


def test_an_empty_ledger_holds() -> None:
    assert verify() == "OK 0 entries\n"


def test_a_ledger_that_still_grows_holds(ledger: list[Entry], tell: Tell) -> None:
    now = clock.now()
    tell(2, at=now)
    assert verify() == "OK 5 entries\n"
    sequence(at=now)
    assert verify() == "OK 7 entries\n"
    checkpoint(at=now)
    assert verify() == "OK 7 entries\n"


def test_pages_make_no_difference(ledger: list[Entry], monkeypatch: pytest.MonkeyPatch, superuser: Any) -> None:
    monkeypatch.setattr("compliance.audit.verify.PAGE", 2)
    assert verify() == "OK 5 entries\n"
    superuser.execute("UPDATE audit_entry SET object_id = 'another' WHERE id = %s", [ledger[4].pk])
    with pytest.raises(CommandError, match="WRONG entry 4"):
        verify()


TAMPERING = {
    "entry": [
        ("UPDATE audit_entry SET kind = 'dsar:request:refused' WHERE id = {2}", "entry 2 .*fields"),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = {1}", "entry 1 .*fields"),
        ("UPDATE audit_entry SET actor_name = 'Ben Brook' WHERE id = {0}", "entry 0 .*fields"),
        ("UPDATE audit_entry SET actor_role = 'service' WHERE id = {0}", "entry 0 .*fields"),
        ("UPDATE audit_entry SET object_id = 'request-9' WHERE id = {4}", "entry 4 .*fields"),
        ("UPDATE audit_entry SET subject_id = gen_random_uuid() WHERE id = {4}", "entry 4 .*fields"),
        ("UPDATE audit_entry SET uid = gen_random_uuid() WHERE id = {3}", "entry 3 .*fields"),
        ("UPDATE audit_entry SET commitment = sha256('x') WHERE id = {3}", "entry 3 .*fields"),
        ("UPDATE audit_entry SET payload = '{{\"number\": 99}}' WHERE id = {2}", "entry 2 .*payload"),
        ("UPDATE audit_entry SET payload = '{{\"number\": 1e300}}' WHERE id = {2}", "entry 2 .*payload"),
        ("UPDATE audit_entry SET salt = sha256('x') WHERE id = {2}", "entry 2 .*payload"),
        ("UPDATE audit_entry SET salt = NULL WHERE id = {2}", "entry 2 .*payload"),
        ("UPDATE audit_entry SET payload = NULL, payload_sealed = 'x' WHERE id = {2}", "entry 2 .*payload"),
        ("DELETE FROM audit_entry WHERE id = {2}", "entry 2: its row was deleted"),
    ],
    "leaf": [
        ("DELETE FROM audit_leaf WHERE index = 2", "entry 2: its place"),
        ("DELETE FROM audit_leaf WHERE index = 2; DELETE FROM audit_entry WHERE id = {2}", "entry 2: its place"),
        ("UPDATE audit_leaf SET hash = sha256('x') WHERE index = 2", "entry 2 .*fields"),
        ("UPDATE audit_leaf SET entry_id = CASE entry_id WHEN {1} THEN -1 ELSE {1} END WHERE index IN (1, 2)", "entry 1"),
    ],
    "node": [
        ("DELETE FROM audit_node WHERE level = 1 AND index = 0", "entry 1: node 1/0"),
        ("UPDATE audit_node SET hash = sha256('x') WHERE level = 2 AND index = 0", "entry 3: node 2/0"),
        ("INSERT INTO audit_node (level, index, hash) VALUES (1, 2, sha256('x'))", "node 1/2: it stands where"),
        ("INSERT INTO audit_node (level, index, hash) VALUES (0, 0, sha256('x'))", "node 0/0: it stands where"),
    ],
    "checkpoint": [
        ("UPDATE audit_checkpoint SET root = sha256('x') WHERE size = 3", "checkpoint 3: its root"),
        ("UPDATE audit_checkpoint SET note = replace(note, 'privacy', 'another') WHERE size = 3", "checkpoint 3: "),
        ("UPDATE audit_checkpoint SET note = 'x' WHERE size = 5", "checkpoint 5: This is not a signed note"),
        ("UPDATE audit_checkpoint SET size = 4 WHERE size = 3", "checkpoint 4: "),
        ("INSERT INTO audit_checkpoint SELECT 0, root, note, at FROM audit_checkpoint WHERE size = 3", "checkpoint 0: "),
    ],
}
TABLES = ("audit_entry", "audit_leaf", "audit_node", "audit_checkpoint")


@pytest.mark.parametrize("table", TAMPERING)
def test_every_change_is_found_where_it_was_made(table: str, ledger: list[Entry], superuser: Any) -> None:
    for name in TABLES:
        superuser.execute(f"CREATE TEMP TABLE kept_{name} AS TABLE {name}")
    for tampering, finding in TAMPERING[table]:
        superuser.execute(tampering.format(*(entry.pk for entry in ledger)))
        with pytest.raises(CommandError, match=f"^WRONG {finding}"):
            verify()
        for name in TABLES:
            superuser.execute(f"DELETE FROM {name}; INSERT INTO {name} SELECT * FROM kept_{name}")
    assert verify() == "OK 5 entries\n"


CUT = (
    "DELETE FROM audit_leaf WHERE index >= {0};"
    " DELETE FROM audit_node WHERE ((index + 1) << level) > {0};"
    " DELETE FROM audit_entry WHERE id >= {1}"
)


def test_a_tail_that_was_cut_off_is_found_by_its_checkpoint(ledger: list[Entry], superuser: Any, settings: Settings) -> None:
    superuser.execute(CUT.format(4, ledger[4].pk))
    with pytest.raises(CommandError, match="WRONG checkpoint 5: signed, but the tree has only 4"):
        verify()


def test_a_tail_cut_off_with_its_checkpoint_is_found_by_the_copy_outside(ledger: list[Entry], superuser: Any, settings: Settings) -> None:
    superuser.execute(CUT.format(FIRST, ledger[FIRST].pk) + "; DELETE FROM audit_checkpoint WHERE size = 5")
    with pytest.raises(CommandError, match="WRONG journal note 5: signed, but the tree has only 3"):
        verify()
    # Without the copy nothing inside the database could tell: this is what the journal is for.
    (settings.JOURNAL_DIR / "checkpoints" / "5.note").unlink()
    assert verify() == "OK 3 entries\n"


def test_a_past_written_anew_with_the_key_itself_is_found_by_the_copy_outside(
    ledger: list[Entry], superuser: Any, tell: Tell, settings: Settings
) -> None:
    superuser.execute(CUT.format(FIRST, ledger[FIRST].pk) + "; DELETE FROM audit_checkpoint WHERE size = 5")
    tell(ALL - FIRST, at=clock.now())
    sequence(at=clock.now())
    assert checkpoint(at=clock.now()) is not None
    with pytest.raises(CommandError, match="WRONG journal note 5: what was signed is not the tree that is here"):
        verify()


def test_a_checkpoint_of_another_key_is_found(ledger: list[Entry], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    notes.create(tmp_path / "other", "privacy.example.com")
    with pytest.raises(CommandError, match="WRONG checkpoint 3: The note is not signed by this key"):
        verify("--key", str(tmp_path / "other" / "ledger.pub"))
    with pytest.raises(CommandError, match="make_keys"):
        verify("--key", str(tmp_path / "nowhere"))


def test_a_copy_that_is_gone_or_altered_is_found(ledger: list[Entry], settings: Settings) -> None:
    copy = settings.JOURNAL_DIR / "checkpoints" / "3.note"
    note = copy.read_bytes()
    copy.write_bytes(note[:-1])
    with pytest.raises(CommandError, match="WRONG journal note 3: This is not a signed note"):
        verify()
    copy.write_bytes(b"\xff\xfe" + note)
    with pytest.raises(CommandError, match="WRONG journal note 3"):
        verify()
    copy.unlink()
    with pytest.raises(CommandError, match="WRONG checkpoint 3: it has no copy in the journal"):
        verify()


def test_files_of_other_names_in_the_journal_are_no_checkpoints(ledger: list[Entry], settings: Settings) -> None:
    for name in ("0.note", "03.note", "x.note", "9.note.part", "9.123.part", "README"):
        (settings.JOURNAL_DIR / "checkpoints" / name).write_text("x")
    assert verify() == "OK 5 entries\n"


def test_an_entry_that_was_never_taken_into_the_tree_is_found(ledger: list[Entry], tell: Tell) -> None:
    now = clock.now()
    recent = tell(1, at=now)[0]
    assert verify() == "OK 5 entries\n"
    Pending.objects.filter(entry=recent).delete()
    with pytest.raises(CommandError, match=f"WRONG entry without a place .*{recent.uid}"):
        verify()


def test_an_entry_that_waits_too_long_is_found(ledger: list[Entry], tell: Tell) -> None:
    late = tell(1, at=clock.now() - timedelta(seconds=61))[0]
    with pytest.raises(CommandError, match=f"WRONG entry without a place .*{late.uid}"):
        verify()
    sequence(at=clock.now())
    assert verify() == "OK 6 entries\n"


def test_the_ledger_of_an_erased_person_holds_and_an_altered_sealed_payload_is_found(superuser: Any, settings: Settings) -> None:
    at = clock.now()
    ana, ben = (create(kind=Subject.SubjectKind.ACCOUNT, actor=SERVICE, at=at) for _ in range(2))
    destroy_key(subject_id=ben.pk, actor=SERVICE, at=at, reason="request")
    sequence(at=at)
    checkpoint(at=at)
    assert verify() == "OK 3 entries\n2 of them hold a payload that is sealed for a person; it was not opened.\n"

    def key_of(subject_id: Any) -> Sealer | None:
        try:
            return sealer(subject_id)
        except KeyDestroyed:
            return None

    def walk(open_payload: Any) -> tuple[list[str], int]:
        one = Walk(at, notes.load_verifier(settings.SIGNING_DIR / "ledger.pub"), settings.JOURNAL_DIR, open_payload)
        return list(one.findings()), one.unopened

    assert walk(open_with(key_of)) == ([], 1)
    sealed = "UPDATE audit_entry SET payload_sealed = set_byte(payload_sealed, 30, get_byte(payload_sealed, 30) # 1) WHERE subject_id = %s"
    superuser.execute(sealed + " AND payload_sealed IS NOT NULL", [ana.pk])
    assert walk(keep_sealed) == ([], 2)
    findings, _ = walk(open_with(key_of))
    assert [finding.partition(":")[0] for finding in findings] == ["entry 0 (subjects"]
    assert findings[0].endswith("its payload is not the one it was committed to.")


def test_every_fault_is_named_and_not_the_first_alone(ledger: list[Entry], superuser: Any, settings: Settings) -> None:
    superuser.execute("UPDATE audit_entry SET kind = 'x:y:z' WHERE id = %s OR id = %s", [ledger[1].pk, ledger[3].pk])
    one = Walk(clock.now(), notes.load_verifier(settings.SIGNING_DIR / "ledger.pub"), settings.JOURNAL_DIR)
    assert [finding.split(" (")[0] for finding in one.findings()] == ["entry 1", "entry 3"]


def test_the_walk_reads_in_pages_and_not_row_by_row(ledger: list[Entry], tell: Tell, django_assert_max_num_queries: Any) -> None:
    tell(60, at=clock.now())
    sequence(at=clock.now())
    with django_assert_max_num_queries(20, connection=connection):
        assert verify() == "OK 65 entries\n"
