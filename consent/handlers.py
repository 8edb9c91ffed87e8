"""Keepers of the promises that consent makes; `compliance.wiring` names them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from compliance.audit.actions import record
from compliance.audit.models import Entry
from compliance.core.actor import SERVICE
from compliance.delivery.actions import Again, Lease
from compliance.subjects.queries import emails, sealer
from consent.models import Release

COPY_SENT = "consent:release:copy_sent"
UNDELIVERABLE = "consent:release:undeliverable"
# RFC 5321 4.2.1: 5yz is a refusal for good; 4yz asks to try again.
FOR_GOOD = 500


def release_signed(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
    """Mail a copy of the signed text to the person, where an address is on file. A mail refused for good ends it, on record.

    A crash between sending and recording may send it a second time; it is never recorded without having been sent.
    """
    release = Release.objects.select_related("notice").get(pk=UUID(payload["release"]))
    addresses = emails(release.subject_id)
    if not addresses or Entry.objects.filter(object_id=str(release.pk), kind__in=[COPY_SENT, UNDELIVERABLE]).exists():
        return None
    with transaction.atomic():
        lease.guard()
    kind = COPY_SENT if send(release, addresses) else UNDELIVERABLE
    with transaction.atomic():
        lease.guard()
        record(
            kind=kind,
            object_id=str(release.pk),
            actor=SERVICE,
            at=at,
            payload={"channel": "email", "addresses": len(addresses)},
            sealer=sealer(release.subject_id),
        )
    return None


def send(release: Release, addresses: Sequence[str]) -> bool:
    """One message to all addresses of one person; False when it was refused for good. Raises what may go better later."""
    facts = {"release": release, "notice": release.notice, "operator": settings.OPERATOR_NAME, "base_url": settings.BASE_URL}
    message = EmailMessage(
        subject=f"What you signed with {settings.OPERATOR_NAME}",
        body=render_to_string("mail/release_signed.txt", facts),
        to=addresses,
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        if any(code < FOR_GOOD for code, _ in error.recipients.values()):
            raise
        return False
    except SMTPDataError as error:
        if error.smtp_code < FOR_GOOD:
            raise
        return False
    return True
