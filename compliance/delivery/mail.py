"""Mail for one machine: every message becomes a file, and the console says so."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from compliance.core import clock

log = structlog.get_logger(__name__)


class ConsoleAndFileBackend(BaseEmailBackend):
    """Writes each message as `<time>-<random>.eml` into `settings.EMAIL_FILE_PATH`; the log line names no person."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(options.get("file_path") or settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write all messages that have a recipient; returns how many. Raises OSError unless `fail_silently`."""
        written = 0
        for message in email_messages:
            try:
                written += self.write(message)
            except OSError:
                if not self.fail_silently:
                    raise
        return written

    def write(self, message: EmailMessage) -> int:
        if not message.recipients():
            return 0
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{clock.now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
        content = message.message().as_bytes()
        # Aside, then renamed: whoever watches the folder never reads half a mail.
        aside = self.folder / f".{name}.part"
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.folder / name)
        log.info("mail_written", name=name, size=len(content))
        return 1
