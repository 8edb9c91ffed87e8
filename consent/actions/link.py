"""Offer a person a one-time address at which to read and sign."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from compliance.access.actions.keys import hash_secret
from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.core.errors import Conflict, FieldError, Invalid
from compliance.core.taxonomy import Purpose
from compliance.profiles.models import Party
from compliance.subjects.actions import add_contact, know
from compliance.subjects.models import Subject
from compliance.subjects.queries import sealer
from consent.models import ReleaseLink
from consent.queries import current_notice
from consent.rules.sharing import withheld
from consent.rules.texts import LOCALES

LINK_LIFE = timedelta(days=7)
LONGEST_PIECE = 200
DISCLOSE = "disclose:"
# Every other purpose is a separate box on the page of the scan, so that nobody is sent there just for it.
OFFERED = (Purpose.FACE_SCAN, Purpose.MARKETING)


@transaction.atomic
def offer(
    *,
    reference: str,
    purpose: str,
    system: str,
    actor: Actor,
    at: datetime,
    email: str | None = None,
    kind: str | None = None,
    language: str = "en",
    piece: str = "",
) -> tuple[ReleaseLink, str]:
    """A new link for one person and one purpose, and its address: the only moment at which the secret is in clear.

    Marketing is asked for one named `piece`, sharing for one party (`disclose:<party>`). For a `kind` of depicted the address
    goes to the person in the picture, never to the uploader. Raises `Invalid` for a purpose that has no link, `Conflict` when
    no notice of the active profile is published.
    """
    piece = " ".join(piece.split())
    _may_be_offered(purpose, piece, language)
    current_notice(purpose, language)
    subject = know(reference=reference, actor=actor, at=at, kind=kind or Subject.SubjectKind.ACCOUNT)
    _same_person(subject, kind)
    if subject.gpc_at and withheld(purpose):
        raise Conflict("This person’s browser asks not to share (Global Privacy Control). Nothing to share may be asked of them.")
    if email:
        add_contact(subject=subject, email=email)
    secret = secrets.token_urlsafe(32)
    link = ReleaseLink.objects.create(
        secret_hash=hash_secret(secret),
        subject=subject,
        purpose=purpose,
        piece=piece,
        language=language,
        system=system,
        made_at=at,
        expires_at=at + LINK_LIFE,
    )
    record(
        kind="consent:link:offered",
        object_id=str(link.pk),
        actor=actor,
        at=at,
        payload={"purpose": purpose, "piece": piece, "language": language, "system": system},
        sealer=sealer(subject.pk),
    )
    return link, settings.BASE_URL + reverse("consent:sign", args=[secret])


def _may_be_offered(purpose: str, piece: str, language: str) -> None:
    """Raise `Invalid` naming every part of the wish that has no page."""
    wrong = []
    if purpose.startswith(DISCLOSE):
        if not Party.objects.filter(slug=purpose.removeprefix(DISCLOSE)).exists():
            wrong.append(FieldError("/purpose", "This party is not on record. An officer adds it first."))
    elif purpose not in OFFERED:
        offered = ", ".join([*OFFERED, f"{DISCLOSE}<party>"])
        wrong.append(FieldError("/purpose", f"Ask for one of: {offered}. Other purposes are separate boxes on the page of the scan."))
    if purpose == Purpose.MARKETING and not 1 <= len(piece) <= LONGEST_PIECE:
        wrong.append(FieldError("/piece", "Name the one piece that the person is asked for, in 1 to 200 characters."))
    if purpose != Purpose.MARKETING and piece:
        wrong.append(FieldError("/piece", "Only marketing is asked for by piece. Leave it out."))
    if language not in LOCALES:
        wrong.append(FieldError("/language", f"Choose one of: {', '.join(LOCALES)}."))
    if wrong:
        raise Invalid("There is no signing page for this.", wrong)


def _same_person(subject: Subject, kind: str | None) -> None:
    """Raise `Conflict` when the reference is known as another kind of person: an uploader's own page is not for somebody they show."""
    if kind is not None and subject.kind != kind:
        raise Conflict(f"This reference is known as “{subject.kind}”. A depicted person has a reference of their own.")
