"""One mail of a request: written, handed to the mail server, and recorded."""

from datetime import datetime
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from compliance.core.actor import SERVICE
from compliance.delivery.actions import Lease
from compliance.subjects.queries import emails
from dsar.actions.move import note
from dsar.models import Request
from dsar.rules.codes import CONFIRM_LIFE
from dsar.rules.places import zone
from dsar.rules.words import day, law_in_words, moment

# SMTP replies from here on are final (RFC 5321 4.2.1); those below mean "not now".
FINAL = 500


def send(mail: str, request: Request, lease: Lease, at: datetime, **more: object) -> None:
    """Hand one mail to the mail server and record that, or that it was refused for good; without an address nothing happens.

    Outside any transaction. A crash between the two sends it twice, which is better than never. Raises the mail server's
    error while another try may help.
    """
    to = emails(request.requester_id)
    if not to:
        return
    with transaction.atomic():
        lease.guard()
    verb = "mailed" if accepted(message(mail, request, to, **more)) else "undeliverable"
    with transaction.atomic():
        lease.guard()
        note(request, verb, actor=SERVICE, at=at, payload={"mail": mail})


def message(mail: str, request: Request, to: list[str], **more: object) -> EmailMessage:
    """The mail in the person's language."""
    with translation.override(request.language):
        context = {**facts(request), **more}
        subject = " ".join(render_to_string(f"mail/{mail}_subject.txt", context).split())
        body = render_to_string(f"mail/{mail}.txt", context)
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, to, headers={"Auto-Submitted": "auto-generated"})


def accepted(written: EmailMessage) -> bool:
    """Whether the mail server took it; False when it refused this mail or its address for good. Raises everything else."""
    try:
        written.send()
    except SMTPException as error:
        if not final(error):
            raise
        return False
    return True


def final(error: SMTPException) -> bool:
    """Whether no other try can help: each recipient, or the mail itself, got a 5xx. A 4xx is a server that takes it later."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= FINAL for code, _words in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= FINAL


def facts(request: Request) -> dict[str, object]:
    """What every mail may say: nothing about the person but the reference of the request."""
    return {
        "operator": settings.OPERATOR_NAME,
        "code": request.code,
        "received": moment(request.received_at, zone(request.residence)),
        "link_ends": moment(request.received_at + CONFIRM_LIFE, zone(request.residence)),
        "due": day(request.due),
        "law": law_in_words(request.law) if request.law else "",
        "target": day(request.due_safe),
        "status_url": settings.BASE_URL + reverse("dsar:status", args=[request.code]),
    }
