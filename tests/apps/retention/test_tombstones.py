"""M3, X17: our own database comes back from a backup; what had ended since then ends again before anybody is served."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from compliance.audit import tombstones as journal
from compliance.audit.models import Entry
from compliance.audit.tombstones import Ended
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.core.errors import Conflict
from compliance.erasure.actions import order
from compliance.erasure.models import Order
from compliance.retention.actions import replay_tombstones
from compliance.retention.gate import Gate
from compliance.retention.models import Mark
from consent.actions import withdraw
from consent.models import Release
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def outside(settings: Any, tmp_path: Path) -> Path:
    settings.ANNOUNCE_WORK, settings.JOURNAL_DIR = "", tmp_path
    return tmp_path


def as_in_the_backup(release: Release) -> None:
    """The row as an older copy of the database has it, and no mark of what came later."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE consent_release SET state = 'active', ended_at = NULL WHERE id = %s", [release.pk])
    Mark.objects.all().delete()


def test_x17_a_withdrawal_after_the_backup_holds_again_before_anybody_is_served() -> None:
    ana, ben = factories.signed("usr_ana"), factories.signed("usr_ben")
    withdraw(subject_id=ana.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    assert replay_tombstones(at=clock.now()) == 0
    as_in_the_backup(ana)
    assert Release.objects.filter(state="active").count() == 2

    assert replay_tombstones(at=clock.now()) == 1
    assert list(Release.objects.filter(state="active")) == [ben]
    assert Entry.objects.get(kind="retention:tombstone:release").object_id == str(ana.pk)
    assert replay_tombstones(at=clock.now()) == 0


def test_m3_an_erasure_and_a_destroyed_artifact_are_ordered_again_and_the_mark_moves_on() -> None:
    ana, ben = factories.signed("usr_ana"), factories.signed("usr_ben")
    (thing,) = factories.artifacts("usr_ben", [factories.item("up-1")])
    at = clock.now()
    for what, one in ((Ended.PERSON, ana.subject_id), (Ended.ARTIFACT, thing.pk)):
        journal.append("2026-11-20.jsonl", line(what, one, at))
    assert replay_tombstones(at=at) == 2
    assert set(Order.objects.values_list("subject_id", "everything", "reason")) == {
        (ana.subject_id, True, "restore"),
        (ben.subject_id, False, "restore"),
    }
    assert Mark.objects.get().offset == (journal.folder() / "2026-11-20.jsonl").stat().st_size
    assert replay_tombstones(at=at) == 0
    assert Order.objects.count() == 2


def line(what: Ended, one: Any, at: Any) -> bytes:
    return f'{{"what": "{what}", "id": "{one}", "at": "{clock.to_text(at)}"}}\n'.encode()


def test_an_erasure_that_the_backup_knows_is_not_ordered_twice() -> None:
    ana = factories.signed("usr_ana")
    order(
        subject_id=ana.subject_id, reason="request", rule="r", origin="test", decided_by="Olga", actor=SERVICE, at=clock.now()
    )  # it buries its own line
    Mark.objects.all().delete()
    assert replay_tombstones(at=clock.now()) == 0
    assert Order.objects.count() == 1


def test_a_line_that_cannot_be_read_closes_the_gate_and_half_a_line_waits_for_its_end() -> None:
    ana = factories.signed("usr_ana")
    good = line(Ended.RELEASE, ana.pk, clock.now())
    journal.append("2026-11-20.jsonl", good[:20])
    assert replay_tombstones(at=clock.now()) == 0
    with (journal.folder() / "2026-11-20.jsonl").open("ab") as file:
        file.write(good[20:])
    assert replay_tombstones(at=clock.now()) == 1
    journal.append("2026-11-20.jsonl", b"not json\n")
    with pytest.raises(Conflict, match="Repair it first"):
        replay_tombstones(at=clock.now())


def test_the_gate_answers_503_until_the_replay_has_succeeded_once() -> None:
    served: list[str] = []

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        served.append(environ["PATH_INFO"])
        return [b"ok"]

    gate = Gate(application)
    statuses: list[str] = []
    journal.append("2026-11-20.jsonl", b"not json\n")

    def ask(path: str) -> None:
        gate.tried = -9.0
        gate({"PATH_INFO": path}, lambda status, _headers: statuses.append(status))

    ask("/access/v1/evaluation")
    ask("/healthz")
    assert (statuses, served) == (["503 Service Unavailable"], ["/healthz"])
    (journal.folder() / "2026-11-20.jsonl").write_bytes(b"")
    ask("/access/v1/evaluation")
    assert served[-1] == "/access/v1/evaluation"


def test_nothing_is_buried_for_a_withdrawal_that_was_rolled_back() -> None:
    from django.db import transaction

    ana = factories.signed("usr_ana")
    with transaction.atomic():
        withdraw(subject_id=ana.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
        transaction.set_rollback(True)
    assert journal.files() == []


@pytest.mark.parametrize("loss", ["the folder is not mounted", "a file was cut"])
def test_m3_a_journal_that_is_not_whole_keeps_the_gate_closed(loss: str) -> None:
    ana = factories.signed("usr_ana")
    withdraw(subject_id=ana.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    assert replay_tombstones(at=clock.now()) == 0
    (path,) = journal.files()
    path.unlink() if loss == "the folder is not mounted" else path.write_bytes(b"")
    with pytest.raises(Conflict, match="not whole"):
        replay_tombstones(at=clock.now())


def test_m3_what_a_restored_release_was_the_only_reason_for_is_ordered_destroyed() -> None:
    ana = factories.signed("usr_ana")
    withdraw(subject_id=ana.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    as_in_the_backup(ana)
    factories.artifacts("usr_ana", [factories.item("up-1")])
    assert not Order.objects.exists()
    replay_tombstones(at=clock.now())
    assert [o.artifact.external_id for o in Order.objects.get().outcomes.all()] == ["up-1"]


def test_half_a_line_of_a_dead_writer_does_not_spoil_the_next_one_and_a_line_without_end_is_an_error() -> None:
    ana = factories.signed("usr_ana")
    good = line(Ended.RELEASE, ana.pk, clock.now())
    journal.append("2026-11-20.jsonl", good)
    with (journal.folder() / "2026-11-20.jsonl").open("ab") as file:
        file.write(good[:20])
    journal.append("2026-11-20.jsonl", good)
    assert (journal.folder() / "2026-11-20.jsonl").read_bytes() == good * 2
    assert replay_tombstones(at=clock.now()) == 1
    with (journal.folder() / "2026-11-20.jsonl").open("ab") as file:
        file.write(b"x" * 400)
    with pytest.raises(Conflict, match="Repair it"):
        replay_tombstones(at=clock.now())
