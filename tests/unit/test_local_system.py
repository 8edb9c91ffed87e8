"""A bare machine: what is installed, what is left alone, and what a person without rights is told."""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from deploy.local import system


class Calls:
    """Stands in for the far side: apt-get, sudo and pip. Remembers what was asked of them."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)
        self.commands: list[str] = []

    def __call__(self, command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(" ".join(map(str, command)))
        return subprocess.CompletedProcess(list(command), self.codes.pop(0) if self.codes else 0, "", "")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    made = Calls()
    monkeypatch.setattr(subprocess, "run", made)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    return made


def lacking(*packages: str) -> dict[str, Callable[[], bool]]:
    return {"already-there": lambda: True, **{name: lambda: False for name in packages}}


def test_root_installs_only_what_is_missing(calls: Calls) -> None:
    system.require(lacking("libpango-1.0-0"))

    assert [command.split("apt-get")[1].split()[-4:] for command in calls.commands] == [
        ["install", "-y", "--no-install-recommends", "libpango-1.0-0"]
    ]


def test_nothing_missing_means_nothing_called(calls: Calls) -> None:
    system.require(lacking())

    assert calls.commands == []


def test_package_lists_are_fetched_only_when_the_first_try_fails_and_more_than_once(calls: Calls) -> None:
    calls.codes = [100, 100, 100, 0, 0]  # install, update, update, update, install

    system.require(lacking("qpdf"))

    assert ["update" if "update" in command else "install" for command in calls.commands] == [
        "install",
        "update",
        "update",
        "update",
        "install",
    ]


def test_who_may_not_install_is_told_the_exact_command(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    calls.codes = [1]  # sudo wants a password

    with pytest.raises(SystemExit) as stopped:
        system.require(lacking("libpango-1.0-0", "fonts-dejavu-core"))

    assert "sudo apt-get install -y --no-install-recommends libpango-1.0-0 fonts-dejavu-core" in str(stopped.value)
    assert calls.commands == ["sudo -n true"]


def test_who_may_use_sudo_without_a_password_installs_with_it(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    system.require(lacking("qpdf"))

    assert calls.commands[1].startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get")


def test_a_lock_is_installed_once_and_again_when_it_changes(calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "ROOT", tmp_path)
    monkeypatch.setattr(system, "STAMP", tmp_path / "locks.json")
    for name in (system.RUNTIME, system.DEVELOPMENT):
        (tmp_path / name).write_text("one==1")

    system.install(system.DEVELOPMENT)
    system.install(system.RUNTIME)  # covered by the larger lock
    assert len(calls.commands) == 1
    assert "--require-hashes" in calls.commands[0]

    (tmp_path / system.RUNTIME).write_text("one==2")
    system.install(system.RUNTIME)
    assert len(calls.commands) == 2
    stamps = json.loads((tmp_path / "locks.json").read_text())
    assert stamps[system.RUNTIME] == hashlib.sha256(b"one==2").hexdigest()


def test_a_failed_install_leaves_no_stamp(calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "ROOT", tmp_path)
    monkeypatch.setattr(system, "STAMP", tmp_path / "locks.json")
    (tmp_path / system.RUNTIME).write_text("one==1")
    calls.codes = [1]

    with pytest.raises(SystemExit, match="could not be installed"):
        system.install(system.RUNTIME)

    assert not (tmp_path / "locks.json").exists()


def test_a_library_that_does_not_exist_does_not_load() -> None:
    assert system.loads("libc.so.6")()
    assert not system.loads("libefface-does-not-exist.so.0")()
