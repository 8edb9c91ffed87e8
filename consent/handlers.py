"""Keepers of the promises that consent makes; `compliance.wiring` names them."""

from collections.abc import Mapping
from datetime import datetime
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


def release_signed(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
    """Mail a copy of the signed text to the person, where an address is on file.

    A crash between sending and recording may send it a second time; it is never recorded without having been sent.
    """
    release = Release.objects.select_related("notice").get(pk=UUID(payload["release"]))
    addresses = emails(release.subject_id)
    if not addresses or Entry.objects.filter(object_id=str(release.pk), kind=COPY_SENT).exists():
        return None
    with transaction.atomic():
        lease.guard()
    facts = {"release": release, "notice": release.notice, "operator": settings.OPERATOR_NAME, "base_url": settings.BASE_URL}
    text = render_to_string("mail/release_signed.txt", facts)
    for address in addresses:
        EmailMessage(subject=f"What you signed with {settings.OPERATOR_NAME}", body=text, to=[address]).send()
    with transaction.atomic():
        lease.guard()
        record(
            kind=COPY_SENT,
            object_id=str(release.pk),
            actor=SERVICE,
            at=at,
            payload={"channel": "email", "addresses": len(addresses)},
            sealer=sealer(release.subject_id),
        )
    return None
