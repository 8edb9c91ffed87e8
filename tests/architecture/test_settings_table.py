"""docs/settings.md is the table of settings, not a memory of it."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command

from compliance.core import config
from tests.architecture.source import ROOT, modules


def test_the_documented_table_is_the_table_that_is_read() -> None:
    printed = StringIO()
    call_command("settings_table", stdout=printed)
    assert printed.getvalue().strip() in (ROOT / "docs/settings.md").read_text()


def test_settings_are_read_in_one_place() -> None:
    """`EFFACE_AS_OWNER` is how manage.py tells the settings which command runs; nobody sets it."""
    readers = [m.name for m in modules("compliance", "consent", "dsar") if "os.environ" in m.text]
    assert set(readers) <= {"compliance/settings.py", "compliance/celery.py", "compliance/wsgi.py", "compliance/asgi.py"}


def given() -> dict[str, str]:
    """The settings that this run was started with: they hold."""
    return {name: value for name, value in os.environ.items() if name in {s.name for s in config.SETTINGS}}


def test_every_wrong_setting_is_named_at_once_and_no_secret_is_repeated() -> None:
    wrong = {**given(), "EFFACE_SECRET_KEY": "hunter2", "DATABASE_URL": "sqlite:///canary", "EFFACE_LEASE_SECONDS": "soon"}
    with pytest.raises(config.BadSetting) as refused:
        config.read(wrong)
    words = str(refused.value)
    assert all(name in words for name in ("EFFACE_SECRET_KEY", "DATABASE_URL", "EFFACE_LEASE_SECONDS"))
    assert "hunter2" not in words
    assert "canary" not in words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("EFFACE_LEASE_SECONDS", "0", "2 or more"),
        ("EFFACE_LEASE_SECONDS", "1", "2 or more"),
        ("EFFACE_MAIL_FROM", "somebody", "an address such as"),
        ("EFFACE_MAIL_FROM", "", "is missing"),
    ],
)
def test_a_value_that_would_do_harm_later_is_refused_at_the_start(name: str, value: str, words: str) -> None:
    with pytest.raises(config.BadSetting, match=f"{name}.*{words}"):
        config.read({**given(), name: value})


def test_a_place_whose_law_nobody_knows_is_refused_by_name() -> None:
    """The laws lie above the table of settings, so the settings themselves ask them."""
    environ = {**os.environ, "EFFACE_JURISDICTIONS": "IL,EU:DE,Atlantis"}
    start = subprocess.run(
        [sys.executable, "-c", "import compliance.settings"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert start.returncode == 1
    assert "EFFACE_JURISDICTIONS is wrong" in start.stderr
    assert "“Atlantis”" in start.stderr
    assert "EU:DE" not in start.stderr


def test_the_example_for_servers_starts_the_service() -> None:
    lines = [line for line in (ROOT / "deploy/example.env").read_text().splitlines() if line and not line.startswith("#")]
    values = config.read(dict(line.split("=", 1) for line in lines))
    assert values["EFFACE_TLS"] is True
    assert values["EFFACE_DEBUG"] is False
