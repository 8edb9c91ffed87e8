"""Mails as files: whole ones only, readable by their owner only, and no person in the log."""

import email
import email.policy
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection, send_mail

BACKEND = "compliance.delivery.mail.ConsoleAndFileBackend"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_a_mail_to_ana_becomes_one_file_that_any_mail_program_reads(folder: Path) -> None:
    assert send_mail("Your request", "Dear Ana, größte Sorgfalt.\n", "privacy@example.test", ["ana@example.test"]) == 1
    (file,) = folder.iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (message["To"], message["Subject"]) == ("ana@example.test", "Your request")
    body = message.get_body()
    assert body is not None
    assert "größte Sorgfalt" in body.get_content()
    assert file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_files_are_in_the_order_of_sending(folder: Path) -> None:
    messages = [EmailMessage(f"number {n}", "x", "privacy@example.test", ["ana@example.test"]) for n in range(5)]
    assert get_connection().send_messages(messages) == 5
    names = [email.message_from_bytes(path.read_bytes())["Subject"] for path in sorted(folder.glob("*.eml"))]
    assert names == [f"number {n}" for n in range(5)]


def test_the_console_line_names_no_person_and_quotes_no_mail(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    message = EmailMultiAlternatives("Canary-subject", "canary-body", "privacy@example.test", ["ana@example.test"], cc=["ben@example.test"])
    message.send()
    printed = "".join(capfd.readouterr())
    assert "mail_written" in printed
    assert not [word for word in ("Canary", "canary", "ana@", "ben@") if word in printed]


def test_nobody_to_write_to_is_no_mail(folder: Path) -> None:
    assert EmailMessage("x", "x", "privacy@example.test", []).send() == 0
    assert not folder.exists()


def test_a_disk_that_refuses_is_an_error_and_leaves_no_half_mail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        send_mail("x", "x", "privacy@example.test", ["ana@example.test"])
    assert list(folder.glob("*.eml")) == []
    assert send_mail("x", "x", "privacy@example.test", ["ana@example.test"], fail_silently=True) == 0
