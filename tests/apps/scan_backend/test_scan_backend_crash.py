"""kill -9 at awkward moments: what was accepted is finished, what was not registered is not kept."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from examples.scan_backend import scans
from examples.scan_backend.app import application
from examples.scan_backend.backend import Backend, assemble
from examples.scan_backend.clock import now
from examples.scan_backend.files import Artifact
from examples.scan_backend.harness import KEY, PREFIX, ROOT, TOKEN, Running, StandIn, register, running, stand_in
from examples.scan_backend.settings import Settings
from examples.scan_backend.web import Request, Response

Json = dict[str, Any]


@pytest.fixture
def efface() -> Iterator[StandIn]:
    with stand_in() as service:
        yield service


def opened(data: Path, efface: StandIn, *, restored: bool = False) -> Backend:
    """The backend inside this test, with no worker: nothing is deleted until a process comes."""
    return assemble(
        Settings(
            port=0,
            data=data,
            purge_delay=timedelta(seconds=0.1),
            timeout=5.0,
            allow_faults=False,
            restored=restored,
            token=TOKEN,
            efface_url=efface.url,
            efface_key=KEY,
        )
    )


def body_for(artifacts: tuple[Artifact, ...]) -> Json:
    items = [{"id": one.id, "category": one.category, "method": "delete"} for one in artifacts]
    return {"deletion_id": "del-1", "items": items, "reason": "request"}


def accept(backend: Backend, artifacts: tuple[Artifact, ...]) -> int:
    headers = {"authorization": f"Bearer {TOKEN}", "idempotency-key": "k", "content-type": "application/json"}
    body = httpx.Request("POST", "http://x", json=body_for(artifacts)).content
    return application(backend)(Request("POST", f"{PREFIX}/deletions", {}, headers, body)).status


def outcome(process: Running, deletion_id: str = "del-1") -> set[tuple[str, str]]:
    """Waits for the end of a deletion, purge included."""
    for _ in range(300):
        told = process.http.get(f"{PREFIX}/deletions/{deletion_id}").json()
        items = {(item["outcome"], item["purge"]) for item in told["items"]}
        if told["state"] == "done" and ("deleted", "pending") not in items:
            return items
        time.sleep(0.02)
    raise AssertionError(f"never done: {told}")


def files(process: Running) -> list[Json]:
    found: list[Json] = process.http.get("/demo/files").json()["files"]
    return found


def test_a_deletion_accepted_before_the_crash_is_carried_out_after_the_restart(efface: StandIn, tmp_path: Path) -> None:
    backend = opened(tmp_path, efface)
    made = scans.run(backend, "usr_ana", now()).artifacts
    assert accept(backend, made) == 202
    # The crash comes between the bytes of two artifacts and the note that they went.
    for one in made[:2]:
        backend.stores[one.store].delete(one.id)
    left = [path for path in (tmp_path / "stores").rglob("art_*") if path.is_file()]
    backend.close()
    assert len(left) == 5

    with running(tmp_path, efface.url, "--purge-delay", "0.1") as process:
        assert outcome(process) == {("deleted", "done")}
        assert files(process) == []


def test_killed_right_after_the_answer_twice_it_still_ends_the_same(efface: StandIn, tmp_path: Path) -> None:
    with running(tmp_path, efface.url, "--purge-delay", "0.1") as process:
        made = [process.http.post("/demo/scans", json={"reference": "usr_ben"}).json() for _ in range(5)]
        items = [{"id": a["id"], "category": a["category"], "method": "delete"} for scan in made for a in scan["artifacts"]]
        assert len(files(process)) == len(items) == 40
        body = {"deletion_id": "del-1", "items": items, "reason": "request"}
        assert process.http.post(f"{PREFIX}/deletions", json=body, headers={"Idempotency-Key": "k"}).status_code == 202
        process.kill()
    with running(tmp_path, efface.url, "--purge-delay", "0.1") as process:
        process.kill()
    with running(tmp_path, efface.url, "--purge-delay", "0.1") as process:
        assert outcome(process) == {("deleted", "done")}
        assert files(process) == []
        replay = process.http.post(f"{PREFIX}/deletions", json=body, headers={"Idempotency-Key": "k"})
        assert (replay.status_code, replay.json()) == (202, {"deletion_id": "del-1", "state": "accepted"})


def test_a_scan_killed_while_it_registers_leaves_nothing_behind(efface: StandIn, tmp_path: Path) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def wait(body: Mapping[str, object]) -> Response:
        asked.set()
        go_on.wait(5)
        return register(body)

    efface.answers["/api/v1/artifacts"] = wait
    with running(tmp_path, efface.url) as process:
        pressed = threading.Thread(target=press, args=(str(process.http.base_url),))
        pressed.start()
        assert asked.wait(5)
        assert len(files(process)) == 8
        process.kill()
        go_on.set()
        pressed.join()
    with running(tmp_path, efface.url) as process:
        assert files(process) == []
        assert process.http.get(f"{PREFIX}/artifacts").json()["items"] == []


def press(address: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{address}/demo/scans", json={"reference": "usr_cy"}, trust_env=False)


def test_a_restored_folder_gets_a_new_epoch_and_an_ordinary_restart_keeps_it(efface: StandIn, tmp_path: Path) -> None:
    epochs = []
    for restored in (False, False, True, False):
        backend = opened(tmp_path, efface, restored=restored)
        epochs.append(backend.epoch)
        backend.close()
    assert epochs[0] == epochs[1] != epochs[2] == epochs[3]


def test_a_second_process_on_the_folder_and_a_taken_port_and_a_missing_token_are_clear_errors(efface: StandIn, tmp_path: Path) -> None:
    with running(tmp_path / "one", efface.url) as process:
        port = str(process.http.base_url.port)
        second = start("--data", str(tmp_path / "one"), "--port", "0")
        taken = start("--data", str(tmp_path / "two"), "--port", port)
    bare = start("--data", str(tmp_path / "two"), token="")
    assert (second.returncode, "Another scan backend uses" in second.stderr) == (1, True)
    assert (taken.returncode, f"Port {port} cannot be used" in taken.stderr) == (1, True)
    assert (bare.returncode, "EFFACE_DEMO_BACKEND_TOKEN is empty" in bare.stderr) == (2, True)


def start(*arguments: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "examples.scan_backend", *arguments],
        cwd=ROOT,
        env={"EFFACE_DEMO_BACKEND_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )


def test_asked_to_stop_it_ends_with_zero(efface: StandIn, tmp_path: Path) -> None:
    with running(tmp_path, efface.url) as process:
        process.process.terminate()
        assert process.process.wait(5) == 0
