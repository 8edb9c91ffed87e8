"""The first whole path, with every process real: web, worker, beat, scan backend, PostgreSQL; and with the worker killed."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from examples.demo.walk import Walk
from tests.processes import ROOT, Service, service, until


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("service"), "backend", "web", "worker", "beat") as made:
        yield made


def walk(running: Service, monkeypatch: pytest.MonkeyPatch) -> Walk:
    for name, value in running.environ.items():
        monkeypatch.setenv(name, value)
    return Walk(say=lambda _line: None)


def test_the_demo_walks_the_whole_path_and_exits_0_only_for_a_document_that_verifies(running: Service) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "examples.demo"], cwd=ROOT, env=running.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("/7  ") == 7
    twin = json.loads((running.folder / "demo" / "certificate.json").read_text())
    assert twin["content"]["summary"]["rungs"] == {"purged": 8}

    pdf = running.folder / "demo" / "certificate.pdf"
    pdf.write_bytes(pdf.read_bytes().replace(b"/Type", b"/Typo", 1))
    forged = subprocess.run(
        [sys.executable, "manage.py", "verify_document", str(pdf)], cwd=ROOT, env=running.environ, capture_output=True, check=False
    )
    assert forged.returncode == 1


def silent(running: Service, *names: str) -> list[str]:
    """The parts that /readyz calls silent, once the signs of `names` are 40 seconds old instead of waiting for that."""
    for name in names:
        running.change("UPDATE delivery_sign SET at = at - interval '40 seconds' WHERE name = %s", name)
    answer = httpx.get(f"{running.url}/readyz", trust_env=False)
    assert answer.status_code == 503
    return sorted(name for name, part in answer.json()["parts"].items() if part["state"] == "silent")


def order_of(running: Service, code: str) -> str:
    found = running.query("SELECT o.id FROM erasure_order o JOIN dsar_request r ON r.order_id = o.id WHERE r.code = %s", code)
    return str(found[0][0])


def test_with_no_worker_the_order_waits_and_with_one_killed_twice_over_an_emptied_broker_nothing_is_lost(
    running: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = walk(running, monkeypatch)
    path.scan_is_denied()
    path.person_signs()
    path.scan_runs()
    assert running.check(path.reference)["decision"] is True
    path.person_asks()
    running.kill("worker")
    running.kill("beat")
    path.officer_approves()
    assert running.check(path.reference)["context"]["reason"] == "erasure_pending"
    assert len(running.files(path.reference)) == 8
    assert silent(running, "worker", "beat") == ["beat", "worker"]

    running.start("worker", "beat")
    until("the worker has begun", lambda: running.query("SELECT 1 FROM erasure_call WHERE order_id = %s", order_of(running, path.code)))
    for _ in range(2):
        running.kill("worker")
        shutil.rmtree(running.folder / "broker" / "queue", ignore_errors=True)
        running.start("worker")
        time.sleep(0.4)
    path.everything_is_gone()
    path.document_verifies()
    assert running.check(path.reference)["decision"] is False
    assert_once(running, path)
    until("the service is ready again", running.is_ready)


def assert_once(running: Service, path: Walk) -> None:
    """The same final state as without any death: nothing lost, nothing done twice."""
    order = order_of(running, path.code)
    kinds = [row[0] for row in running.query("SELECT kind FROM audit_entry WHERE object_id = %s", order)]
    assert kinds.count("erasure:order:completed") == kinds.count("erasure:order:certified") == kinds.count("erasure:call:intended") == 1
    assert {kinds.count(f"erasure:outcome:{rung}") for rung in ("called", "acknowledged", "absent", "purged")} == {8}
    assert running.query("SELECT count(*) FROM evidence_document WHERE object_id = %s", order)[0][0] == 1
    assert len([text for text in path.letters() if "certificate" in text.lower()]) == 1


def test_the_running_role_of_the_service_cannot_touch_its_ledger(running: Service) -> None:
    entries = running.query("SELECT count(*) FROM audit_entry")[0][0]
    assert entries > 50
    with psycopg.connect(running.environ["DATABASE_URL"], autocommit=True) as connection:
        for wish in (
            "UPDATE audit_entry SET kind = 'x'",
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry CASCADE",
            "DROP TABLE audit_entry",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(wish)
    assert running.query("SELECT count(*) FROM audit_entry")[0][0] >= entries


def test_verify_ledger_finds_the_whole_service_in_order_and_a_tampered_entry(running: Service) -> None:
    def verify() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", "verify_ledger"]
        return subprocess.run(command, cwd=ROOT, env=running.environ, capture_output=True, text=True, check=False)

    until("every entry has its place", lambda: running.query("SELECT count(*) = 0 FROM audit_pending")[0][0])
    fine = verify()
    assert fine.returncode == 0, fine.stdout + fine.stderr
    with psycopg.connect(running.environ["EFFACE_OWNER_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE audit_entry SET actor_name = 'Mallory' WHERE id = (SELECT min(id) + 5 FROM audit_entry)")
    tampered = verify()
    assert tampered.returncode == 1
    assert "OK" not in tampered.stdout


def test_twenty_people_who_ask_twice_at_once_make_twenty_requests(running: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """F11 over the API, where no rate limit of the form stands in the way: same key or another, one request a person."""
    answers: list[tuple[int, str]] = []

    def ask(reference: str, key: str) -> None:
        got = running.api("/api/v1/requests", {"subject": reference, "kind": "delete"}, key)
        answers.append((got.status_code, got.json().get("reference", "")))

    threads = [threading.Thread(target=ask, args=(f"usr_many_{n}", f"key-{n}-{turn}")) for n in range(20) for turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in answers} <= {200, 201}, answers
    assert len({code for _, code in answers}) == 20


def logs_of(folder: Path) -> str:
    return "\n".join(path.read_text(errors="replace") for path in folder.glob("*.log"))


def test_no_personal_data_is_in_logs_or_the_broker_or_the_database(running: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """X32 for the path so far: what the cast typed is in none of the sinks but their mail, neither as text nor as bytes."""
    path = walk(running, monkeypatch)
    path.scan_is_denied()
    path.person_signs()
    path.person_asks()
    canaries = (path.reference, path.address, "Ana Example")
    assert path.address in "".join(mail.read_text() for mail in path.mails.glob("*.eml"))
    logs = logs_of(running.folder).replace(running.folder.name, "")
    broker = b"".join(file.read_bytes() for file in (running.folder / "broker").rglob("*") if file.is_file()).decode(errors="replace")
    tables = [row[0] for row in running.query("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")]
    rows = "\n".join(str(row) for table in tables for row in running.query(f"SELECT t::text FROM {table} t"))
    # Columns of bytes are written in hex: the search for hex must find what is there.
    note = running.query("SELECT convert_to(slug, 'UTF8')::text FROM backend_system")[0][0]
    assert b"demo-scan".hex() in note
    for canary in canaries:
        assert canary not in logs
        assert canary not in broker
        assert canary not in rows
        assert canary.encode().hex() not in rows
