"""What ``make setup`` leaves in ``var/``, and which settings a command gets."""

import json
import stat
from pathlib import Path

import pytest

from deploy.local import environment
from deploy.local.postgres import Urls

DATABASE = Urls(owner="postgresql://owner@/efface", app="postgresql://app@/efface")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    environment.prepare(tmp_path)
    secret, ring = tmp_path / "efface.env", tmp_path / "keys" / "keyring.json"
    before = (secret.read_text(), ring.read_text())

    environment.prepare(tmp_path)

    assert (secret.read_text(), ring.read_text()) == before
    assert {mode(path) for path in (secret, ring)} == {0o600}
    assert {mode(tmp_path / name) for name in environment.FOLDERS} == {0o700}
    assert json.loads(ring.read_text()).keys() == {"current", "keys", "index"}


def test_two_machines_never_share_a_secret(tmp_path: Path) -> None:
    for name in ("one", "two"):
        environment.prepare(tmp_path / name)

    texts = [(tmp_path / name / "efface.env").read_text() for name in ("one", "two")]
    assert len(set(texts)) == 2


def test_the_environment_wins_over_the_file_which_wins_over_what_is_worked_out(tmp_path: Path) -> None:
    environment.prepare(tmp_path)
    with (tmp_path / "efface.env").open("a") as file:
        file.write("# ours\nEFFACE_OPERATOR_NAME=From the file\nEFFACE_LOG_LEVEL=WARNING\n")

    made = environment.settings(tmp_path, DATABASE, {"EFFACE_LOG_LEVEL": "DEBUG", "EFFACE_PORT": "8123"})

    names = ("EFFACE_OPERATOR_NAME", "EFFACE_LOG_LEVEL", "EFFACE_PORT", "EFFACE_BASE_URL", "EFFACE_DEMO_PORT")
    assert [made[name] for name in names] == ["From the file", "DEBUG", "8123", "http://127.0.0.1:8123", "8001"]
    assert (made["DATABASE_URL"], made["EFFACE_OWNER_DATABASE_URL"]) == (DATABASE.app, DATABASE.owner)


@pytest.mark.parametrize("wrong", ["eighty", "0", "65536", "-1", "80.5", "٣"])
def test_a_port_that_cannot_be_one_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(environment.SettingError, match=r"EFFACE_PORT must be a port number"):
        environment.port({"EFFACE_PORT": wrong}, "EFFACE_PORT", 8000)


def test_a_database_of_the_operator_is_taken_as_it_is(tmp_path: Path) -> None:
    named = {"DATABASE_URL": "postgresql://run@db/efface", "EFFACE_OWNER_DATABASE_URL": "postgresql://own@db/efface"}

    assert environment.addresses(tmp_path, named, start=True) == Urls(owner="postgresql://own@db/efface", app="postgresql://run@db/efface")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ("manage.py", False),
        ("manage.py help", False),
        ("manage.py migrate --help", False),
        ("manage.py lint_profile profile.yaml", False),
        ("manage.py check --deploy", False),
        ("manage.py migrate", True),
        ("manage.py some_command_of_tomorrow", True),
    ],
)
def test_only_commands_that_work_with_data_start_the_database(words: str, needed: bool) -> None:
    assert environment.needs_database(words.split()) is needed


def test_a_half_written_secret_is_never_seen(tmp_path: Path) -> None:
    target = tmp_path / "secret"
    environment.write_once(target, "first")

    environment.write_once(target, "second")

    assert target.read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
