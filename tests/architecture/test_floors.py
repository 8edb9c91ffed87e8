"""Imports run down only. The contracts are in pyproject.toml; this runs them and checks that they leave nothing out."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT


def contracts() -> list[dict[str, Any]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return found


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_run_down_only() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stray_module_fails_the_contracts(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "compliance", "consent", "dsar"):
        (tmp_path / name).symlink_to(ROOT / name) if name != "compliance" else (tmp_path / name).mkdir()
    for inner in (ROOT / "compliance").iterdir():
        (tmp_path / "compliance" / inner.name).symlink_to(inner)
    (tmp_path / "compliance" / "utils.py").write_text("")
    done = lint(tmp_path)
    assert done.returncode != 0
    assert "compliance.utils" in done.stdout


@pytest.mark.parametrize("package", ["compliance.core", "compliance.law"])
def test_core_and_law_are_forbidden_to_know_django(package: str) -> None:
    forbidden = [contract for contract in contracts() if contract["type"] == "forbidden" and package in contract["source_modules"]]
    assert any("django" in contract["forbidden_modules"] for contract in forbidden)
