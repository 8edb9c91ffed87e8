"""Mail servers that say no: the far side of the wire, put in place with `settings.EMAIL_BACKEND`."""

from collections.abc import Sequence
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPRecipientsRefused
from typing import Any, ClassVar

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

HERE = "tests.apps.dsar.dsar_mailboxes"


class Refusing(BaseEmailBackend):
    """Refuses every message with the error that a test set."""

    error: ClassVar[Exception]

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise self.error


def refuse_with(settings: Any, error: Exception) -> None:
    settings.EMAIL_BACKEND = f"{HERE}.Refusing"
    Refusing.error = error


UNKNOWN_MAILBOX = SMTPRecipientsRefused({"ana@example.test": (550, b"5.1.1 no such mailbox")})
REFUSED_CONTENT = SMTPDataError(554, b"5.7.1 not wanted here")
NOT_NOW = SMTPRecipientsRefused({"ana@example.test": (450, b"4.2.0 greylisted")})
OUR_OWN_FAULT = SMTPAuthenticationError(535, b"5.7.8 wrong password")
