"""Sealing: versions, repeats, crashes, and what is stored with what."""

import hashlib
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from compliance.audit.models import Entry
from compliance.core.actor import SERVICE
from compliance.core.canonical import canonical
from compliance.core.errors import LeaseLost
from compliance.evidence import render
from compliance.evidence.actions import seal
from compliance.evidence.errors import RenderFailed
from compliance.evidence.models import Document
from compliance.evidence.queries import successor
from compliance.subjects.models import Subject
from tests.apps.evidence.samples import artifact, content

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signing_dir")]
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ORDER = "5b7e6a0c-90c1-4f3a-8b8e-0d8f6f6f2c11"


def seal_for(subject: Subject, facts: dict[str, Any] | None = None, **changes: Any) -> Document:
    given: dict[str, Any] = {
        "kind": "certificate",
        "subject_id": subject.pk,
        "object_id": ORDER,
        "language": "en",
        "content": facts or content(str(subject.pk)),
        "template": "documents/certificate.html",
        "actor": SERVICE,
        "at": NOON,
    }
    return seal(**(given | changes))


def test_the_twin_of_anas_certificate_has_this_structure(ana: Subject) -> None:
    proof = {"leaf": {"object": ORDER}, "index": 3, "size": 5, "hashes": [], "checkpoint": "note"}
    document = seal_for(ana, proof=proof)
    twin = json.loads(bytes(document.twin))
    assert twin == {
        "document": {
            "number": str(document.pk),
            "kind": "certificate",
            "version": 1,
            "language": "en",
            "sealed_at": "2026-11-20T12:00:00.000Z",
            "supersedes": None,
            "check_url": f"http://127.0.0.1:8000/verify/{document.pk}",
            "operator": "Example Studio",
        },
        "content": content(str(ana.pk)),
        "ledger": proof,
    }
    assert bytes(document.twin) == canonical(twin)


def test_a_sealed_document_and_its_ledger_entry_name_the_same_hashes(ana: Subject) -> None:
    document = seal_for(ana)
    assert document.entry.kind == "evidence:document:sealed"
    assert document.entry.subject_id == ana.pk
    assert document.entry.payload == {
        "kind": "certificate",
        "about": ORDER,
        "version": 1,
        "twin_sha256": hashlib.sha256(bytes(document.twin)).hexdigest(),
        "pdf_sha256": hashlib.sha256(bytes(document.pdf)).hexdigest(),
    }


def test_sealing_the_same_again_after_a_crash_returns_the_first_document(ana: Subject) -> None:
    first = seal_for(ana)
    again = seal_for(ana, at=NOON + timedelta(minutes=5))
    assert again == first
    assert Document.objects.count() == 1
    assert Entry.objects.filter(kind="evidence:document:sealed").count() == 1


def test_when_more_is_known_version_two_supersedes_version_one(ana: Subject) -> None:
    first = seal_for(ana)
    assert successor(first) is None
    second = seal_for(ana, content(str(ana.pk), artifacts=[artifact(n, rung="backups_expired") for n in range(7)]))
    assert (second.version, second.supersedes) == (2, first)
    assert successor(first) == second
    assert json.loads(bytes(second.twin))["document"]["supersedes"] == str(first.pk)


def test_a_worker_that_lost_its_lease_stores_nothing(ana: Subject) -> None:
    def lost() -> None:
        assert connection.in_atomic_block
        raise LeaseLost("Another worker took this promise over.")

    with pytest.raises(LeaseLost):
        seal_for(ana, guard=lost)
    assert not Document.objects.exists()
    assert not Entry.objects.filter(kind="evidence:document:sealed").exists()
    assert seal_for(ana).version == 1


def test_two_workers_with_the_same_content_end_in_one_document(ana: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    other: list[Document] = []

    def overtaken() -> None:
        """Another worker commits the same version between our look and our store."""
        from concurrent.futures import ThreadPoolExecutor

        def seal_elsewhere() -> Document:
            try:
                return seal_for(ana)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            other.append(pool.submit(seal_elsewhere).result())

    mine = seal_for(ana, guard=overtaken)
    assert [mine] == other
    assert Document.objects.count() == 1


def test_a_document_is_not_rendered_inside_a_transaction(ana: Subject) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        seal_for(ana)
    assert not Document.objects.exists()


@pytest.mark.parametrize(("script", "reason"), [("import os; os.kill(os.getpid(), 9)", "killed"), ("raise SystemExit(3)", "broken")])
def test_when_the_renderer_dies_nothing_is_stored(
    ana: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    broken = tmp_path / "renderer.py"
    broken.write_text(script)
    monkeypatch.setattr(render, "PROCESS", broken)
    with pytest.raises(RenderFailed) as error:
        seal_for(ana)
    assert error.value.reason == reason
    assert str(ana.pk) not in str(error.value)
    assert not Document.objects.exists()
    assert not Entry.objects.filter(kind="evidence:document:sealed").exists()


def test_a_renderer_that_takes_too_long_is_stopped(ana: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = tmp_path / "renderer.py"
    endless.write_text(f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n")
    monkeypatch.setattr(render, "PROCESS", endless)
    monkeypatch.setattr(render, "SECONDS", 1)
    with pytest.raises(RenderFailed) as error:
        seal_for(ana)
    assert error.value.reason == "too-slow"
    assert subprocess.run(["ps", "-p", (tmp_path / "pid").read_text()], capture_output=True, check=False).returncode == 1
    assert not Document.objects.exists()


CHANGES = ("UPDATE evidence_document SET version = 9", "DELETE FROM evidence_document", "TRUNCATE evidence_document CASCADE")


def test_a_document_cannot_be_changed_or_removed(ana: Subject) -> None:
    document = seal_for(ana)
    for sql in CHANGES:
        with pytest.raises((InternalError, ProgrammingError)), connection.cursor() as cursor:
            cursor.execute(sql)
    assert list(Document.objects.values_list("pk", "version")) == [(document.pk, 1)]
