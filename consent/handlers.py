"""Keepers of the promises that consent makes; `compliance.wiring` names them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.audit.actions import record
from compliance.audit.models import Entry
from compliance.core.actor import SERVICE
from compliance.delivery.actions import Again, Lease
from compliance.erasure.models import Order
from compliance.evidence.models import Document
from compliance.subjects.models import Subject
from compliance.subjects.queries import emails, sealer
from consent.actions.receipt import seal_receipts
from consent.mails import accepted, message
from consent.models import Release
from consent.queries.receipts import of_release

State = Release.State
# By mail: the ledger's words for "handed to the mail server" and "refused for good".
KINDS = {
    "signed": ("consent:release:copy_sent", "consent:release:undeliverable"),
    "ended": ("consent:release:end_told", "consent:release:end_undeliverable"),
}
# Whoever signs anew is told so by the mail about the new release.
TOLD_OF_END = frozenset({State.WITHDRAWN, State.EXPIRED, State.STALE})


def release_signed(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
    """Seal the receipt, and mail it with a copy of the signed text to the person, where an address is on file."""
    _keep(UUID(payload["release"]), "signed", lease, at)
    return None


def release_ended(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
    """Seal the receipt of the end, and mail it, where an address is on file and the end is news."""
    _keep(UUID(payload["release"]), "ended", lease, at)
    return None


def _keep(release_id: UUID, mail: str, lease: Lease, at: datetime) -> None:
    """A crash between sending and recording may send a mail a second time; it is never recorded without having been sent."""
    seal_receipts(release_id=release_id, at=at, guard=lease.guard)
    release = Release.objects.select_related("notice", "subject").get(pk=release_id)
    sent, failed = KINDS[mail]
    if mail == "ended" and not _is_news(release):
        return
    addresses = emails(release.subject_id)
    if not addresses or Entry.objects.filter(object_id=str(release.pk), kind__in=[sent, failed]).exists():
        return
    with transaction.atomic():
        lease.guard()
    kind = sent if accepted(message(mail, release, _receipt(release, mail), addresses)) else failed
    with transaction.atomic():
        lease.guard()
        # An erasure may have ended the key meanwhile: what was done is recorded all the same, and names nobody.
        alive = Subject.objects.filter(pk=release.subject_id, wrapped_key__isnull=False).exists()
        record(
            kind=kind,
            object_id=str(release.pk),
            actor=SERVICE,
            at=at,
            payload={"channel": "email", "addresses": len(addresses)},
            sealer=sealer(release.subject_id) if alive else None,
            subject_id=release.subject_id,
        )


def _is_news(release: Release) -> bool:
    """Whether a mail about the end says something new: the answer to a request to delete everything says it already."""
    if release.state not in TOLD_OF_END or release.ended_at is None:
        return False
    return not Order.objects.filter(subject_id=release.subject_id, everything=True, ordered_at=release.ended_at).exists()


def _receipt(release: Release, mail: str) -> Document | None:
    """The receipt a mail is about: the first one for what was signed, the newest for an end."""
    newest = of_release(release.pk)
    if mail == "ended" or newest is None:
        return newest
    return newest.supersedes or newest
