"""Offer a person a one-time address at which to read and sign."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from compliance.access.actions.keys import hash_secret
from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid
from compliance.core.taxonomy import Purpose
from compliance.subjects.actions import add_contact, know
from compliance.subjects.queries import sealer
from consent.models import ReleaseLink
from consent.queries import current_notice

LINK_LIFE = timedelta(days=7)
# Training has no link of its own: it is a separate box on the page of the scan, so that nobody is sent there just for it.
OFFERED = (Purpose.FACE_SCAN,)


@transaction.atomic
def offer(*, reference: str, purpose: str, system: str, actor: Actor, at: datetime, email: str | None = None) -> tuple[ReleaseLink, str]:
    """A new link for one person and one purpose, and its address: the only moment at which the secret is in clear.

    Raises `Invalid` for a purpose that has no link, `Conflict` when no notice of the active profile is published.
    """
    if purpose not in OFFERED:
        raise Invalid(
            "There is no signing page for this purpose.",
            [FieldError("/purpose", f"Ask for one of: {', '.join(OFFERED)}. Training is a separate box on that same page.")],
        )
    current_notice(Purpose(purpose))
    subject = know(reference=reference, actor=actor, at=at)
    if email:
        add_contact(subject=subject, email=email)
    secret = secrets.token_urlsafe(32)
    link = ReleaseLink.objects.create(
        secret_hash=hash_secret(secret), subject=subject, purpose=purpose, system=system, made_at=at, expires_at=at + LINK_LIFE
    )
    record(
        kind="consent:link:offered",
        object_id=str(link.pk),
        actor=actor,
        at=at,
        payload={"purpose": purpose, "system": system},
        sealer=sealer(subject.pk),
    )
    return link, settings.BASE_URL + reverse("consent:sign", args=[secret])
