"""What the receipt of a release says, read from the rows; and the receipts that were sealed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from compliance.audit.models import Entry
from compliance.core.clock import to_text
from compliance.core.version import VERSION
from compliance.evidence.models import Document
from compliance.evidence.queries import newest
from compliance.profiles.queries import active, party_names
from consent.models import Controller, Notice, Release
from consent.rules.receipts import Facts, Party, kantara, record
from consent.rules.texts import purpose_words

SCHEMA = "efface-receipt/1"
KIND = Document.DocumentKind.RECEIPT


def of_release(release_id: UUID) -> Document | None:
    """The newest sealed receipt of a release, or None while there is none yet."""
    return newest(kind=KIND, object_id=str(release_id))


def sealed_so_far(release_id: UUID) -> int:
    """How many receipts a release has: the first says that it was given, the second how it ended."""
    return Document.objects.filter(kind=KIND, object_id=str(release_id)).count()


def entry_of(release: Release, state: str) -> Entry | None:
    """The ledger entry of the event that a receipt is about; None where none is found."""
    entries = Entry.objects.filter(object_id=str(release.pk), kind__startswith="consent:release:").order_by("id")
    return entries.first() if state == Release.State.ACTIVE else entries.filter(kind=f"consent:release:{state}").first()


def content_of(release: Release, *, ended: bool, entry: Entry | None) -> dict[str, Any]:
    """The content of a receipt (`efface-receipt/1`): as it was when it was signed, or as it ended.

    Names nobody: the person is the random id of the release's subject.
    """
    notice = release.notice
    facts = _facts(release, _release(release, ended=ended, entry=entry), notice)
    return {
        "schema": SCHEMA,
        "operator": {"name": facts.operator, "address": facts.address, "email": facts.email},
        "subject": facts.subject,
        "release": dict(facts.release),
        "purpose_words": facts.purpose_words,
        "recipients": [{"id": party.slug, "name": party.name} for party in facts.recipients],
        "notice": {**facts.notice, "body": notice.body},
        "withdraw_at": facts.withdraw_url,
        "consent_record": record(facts),
        "kantara": kantara(facts),
        "software": {"name": "Efface", "version": VERSION},
    }


def _release(release: Release, *, ended: bool, entry: Entry | None) -> dict[str, Any]:
    return {
        "id": str(release.pk),
        "purpose": release.purpose,
        "piece": release.piece,
        "state": release.state if ended else Release.State.ACTIVE.value,
        "text_sha256": release.text_hash,
        "term": release.notice.term,
        "signer_role": release.signer_role,
        "authority": release.authority_id is not None,
        "method": release.method,
        "channel": release.channel,
        "gpc": release.gpc,
        "shown_at": to_text(release.shown_at),
        "signed_at": to_text(release.signed_at),
        "expires_at": to_text(release.expires_at),
        "ended_at": to_text(release.ended_at) if ended and release.ended_at else None,
        # A role, never a name: the person, an officer, a connected system, or the service when time was up.
        "ended_by": entry.actor_role if ended and entry else None,
        "entry": str(entry.uid) if entry else None,
    }


def _facts(release: Release, said: Mapping[str, Any], notice: Notice) -> Facts:
    controller = Controller.objects.filter(pk=1).first() or Controller()
    profile = active()
    document = profile.document if profile else {}
    names = party_names([*release.recipients, release.purpose.partition(":")[2]])
    recipients = tuple(Party(slug, names[slug]) for slug in release.recipients)
    privacy_page = f"{settings.BASE_URL}/privacy/"
    return Facts(
        release=said,
        notice={
            "id": str(notice.pk),
            "version": notice.version,
            "locale": notice.locale,
            "title": notice.title,
            "sha256": notice.hash,
            "reach": notice.reach,
        },
        subject=str(release.subject_id),
        recipients=recipients,
        purpose_words=purpose_words(release.purpose, notice.locale, party=names[release.purpose.partition(":")[2]]),
        operator=settings.OPERATOR_NAME,
        address=controller.address,
        email=document.get("contact", {}).get("email") or "",
        policy_url=controller.policy_url or privacy_page,
        withdraw_url=f"{settings.BASE_URL}/r/",
        storage_regions=tuple(document.get("operator", {}).get("storage_regions", ())),
        jurisdictions=tuple(release.subject.jurisdictions or settings.SERVED_JURISDICTIONS),
    )
