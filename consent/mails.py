"""The mails about a release: in the language in which it was signed, without a name, with the receipt."""

from collections.abc import Sequence
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from compliance.evidence.models import Document
from consent.models import Release
from consent.rules.receipts.words import say

# RFC 5321 4.2.1: 5yz is a refusal for good; 4yz asks to try again.
FOR_GOOD = 500


def message(mail: str, release: Release, receipt: Document | None, addresses: Sequence[str]) -> EmailMessage:
    """One message to all addresses of one person; `mail` is `signed` or `ended`."""
    language = release.notice.locale
    facts = {
        "release": release,
        "notice": release.notice,
        "receipt": receipt,
        "operator": settings.OPERATOR_NAME,
        "base_url": settings.BASE_URL,
    }
    with translation.override(language):
        body = render_to_string(f"mail/release_{mail}.txt", facts)
    written = EmailMessage(
        subject=say(language, f"mail.{mail}.subject", operator=settings.OPERATOR_NAME),
        body=body,
        to=addresses,
        headers={"Auto-Submitted": "auto-generated"},
    )
    if receipt is not None:
        written.attach(f"receipt-{receipt.pk}.pdf", bytes(receipt.pdf), "application/pdf")
    return written


def accepted(written: EmailMessage) -> bool:
    """Whether the mail server took it; False when it refused it for good. Raises what may go better later."""
    try:
        written.send()
    except SMTPRecipientsRefused as error:
        if any(code < FOR_GOOD for code, _ in error.recipients.values()):
            raise
        return False
    except SMTPDataError as error:
        if error.smtp_code < FOR_GOOD:
            raise
        return False
    return True
