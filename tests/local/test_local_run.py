"""``make run`` with real processes: a start, an orderly end, and every way it can be disturbed."""

import io
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import services
from deploy.local.supervisor import Log
from tests.local.local_clone import WSGI, Clone, eventually

WORKER = ("celery", " worker ")
KILLED = {"worker": WORKER, "web": ("granian",), "database": ("bin/postgres",)}


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    made = Clone(tmp_path)
    yield made
    made.end()


def ready(clone: Clone) -> bool:
    return eventually(lambda: "Efface is ready" in clone.log()) and eventually(lambda: clone.processes(*WORKER))


def test_one_start_brings_everything_up_and_ctrl_c_takes_everything_down(clone: Clone) -> None:
    run = clone.run()
    assert ready(clone), clone.log()
    assert "postgresql://efface_app:" in clone.answers()
    assert "Officer's login    olga" in clone.log()
    assert "Officer's password made-here" in clone.log()
    assert all(clone.processes(word) for word in ("granian", "celery", " beat ", "scan_backend", "bin/postgres"))

    os.killpg(run.pid, signal.SIGINT)

    assert run.wait(20) == 0
    assert eventually(lambda: not clone.processes()), clone.processes()
    assert clone.answers() == ""
    assert "the data is kept" in clone.log()


def test_a_runner_killed_without_warning_leaves_nothing_behind(clone: Clone) -> None:
    run = clone.run()
    assert ready(clone), clone.log()
    assert len(clone.processes()) > 5

    run.kill()
    run.wait()

    assert eventually(lambda: not clone.processes()), clone.processes()


def test_killed_workers_web_servers_and_databases_come_back(clone: Clone) -> None:
    clone.run()
    assert ready(clone), clone.log()
    before = {name: min(clone.processes(*words)) for name, words in KILLED.items()}

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    assert eventually(lambda: clone.log().count("Started worker-1") == 2), clone.log()
    assert eventually(lambda: "the database is gone; starting it again" in clone.log())
    assert eventually(lambda: all(clone.processes(*words) - set(before.values()) for words in KILLED.values()))
    assert eventually(clone.answers)


@pytest.mark.parametrize("name", ["EFFACE_PORT", "EFFACE_DEMO_PORT"])
def test_a_taken_port_is_named_with_its_setting_before_anything_starts(clone: Clone, name: str) -> None:
    port = clone.port if name == "EFFACE_PORT" else clone.demo_port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()

        run = clone.run()

        assert run.wait(10) == 1
    assert f"Port {port} is taken by another program. Choose a free one with {name}" in clone.log()
    assert not (clone.folder / "var" / "postgres").exists()


def test_a_second_service_in_the_same_folder_is_refused_and_the_first_stays(clone: Clone) -> None:
    first = clone.run()
    assert ready(clone), clone.log()

    second = clone.run()

    assert second.wait(10) == 1
    assert f"already runs in {clone.folder / 'var'} (process {first.pid})" in clone.log()
    assert clone.answers()


def test_tables_and_demo_data_are_brought_up_to_date_again_only_when_something_changed(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.environment.ROOT", clone.folder)
    var, once = clone.folder / "var", "migrate load_demo "
    cluster = var / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("18")
    settings = {**os.environ, "EFFACE_VAR": str(var), "EFFACE_DEMO_PORT": "8001", "DATABASE_URL": "postgresql:///x"}

    def steps() -> str:
        services.prepare_data(var, settings, Log(io.StringIO()))
        return (var / "steps").read_text()

    assert [steps(), steps()] == [once, once]
    (clone.folder / "compliance" / "wsgi.py").write_text("# changed\n" + WSGI)
    assert [steps(), steps()] == [once * 2, once * 2]
    cluster.rename(var / "removed")
    assert steps() == once * 3


def test_a_step_that_fails_is_shown_and_nothing_is_left_running(clone: Clone) -> None:
    run = clone.run(STUB_FAILS="load_demo")

    assert run.wait(20) == 1
    assert "this step does not work today" in clone.log()
    assert eventually(lambda: not clone.processes()), clone.processes()


def test_a_command_can_run_against_the_service_and_gives_its_exit_code(clone: Clone) -> None:
    run = clone.run("--then", "sh", "-c", "echo the base is $EFFACE_BASE_URL; exit 7")

    assert run.wait(20) == 7
    assert f"the base is http://127.0.0.1:{clone.port}" in clone.log()
    assert eventually(lambda: not clone.processes()), clone.processes()


def test_a_port_that_is_no_number_is_refused_by_name(clone: Clone) -> None:
    run = clone.run(EFFACE_PORT="eighty")

    assert run.wait(10) == 1
    assert "EFFACE_PORT must be a port number" in clone.log()
