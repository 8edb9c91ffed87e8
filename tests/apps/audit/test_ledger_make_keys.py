"""`make_keys` writes what is missing, never twice, and needs no database."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from compliance.audit import notes
from compliance.core.sealing import KeyRing


def make_keys() -> str:
    said = StringIO()
    call_command("make_keys", stdout=said)
    return said.getvalue()


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Path:
    settings.KEY_FILE = tmp_path / "new" / "ring" / "keys.json"
    settings.SIGNING_DIR = tmp_path / "new" / "signing"
    settings.BASE_URL = "https://privacy.example.org:8443"
    return tmp_path / "new"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_keys_are_written_once_and_kept_from_then_on(empty: Path, settings: Settings) -> None:
    make_keys()
    written = contents(empty)
    assert set(written) >= {"keys.json", "ledger.key", "ledger.pub", "documents.key", "documents.crt"}
    KeyRing.read(settings.KEY_FILE)
    assert notes.load_signer(settings.SIGNING_DIR).name == "privacy.example.org"
    secret = [path for path in empty.rglob("*") if path.name in {"keys.json", "ledger.key", "documents.key"}]
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}
    assert settings.SIGNING_DIR.stat().st_mode & 0o777 == 0o700
    said = make_keys()
    assert contents(empty) == written
    assert "was written" not in said


def test_only_what_is_missing_is_written(empty: Path, settings: Settings) -> None:
    make_keys()
    before = contents(empty)
    (settings.SIGNING_DIR / "ledger.pub").unlink()
    make_keys()
    assert contents(empty) == before


def test_a_broken_key_is_said_and_not_replaced(empty: Path, settings: Settings) -> None:
    make_keys()
    (settings.SIGNING_DIR / "ledger.key").write_text("broken")
    (settings.SIGNING_DIR / "ledger.pub").unlink()
    with pytest.raises(CommandError, match="not a private key"):
        make_keys()
    assert (settings.SIGNING_DIR / "ledger.key").read_text() == "broken"
