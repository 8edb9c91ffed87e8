"""Publish notices: text made from the active profile, immutable from then on."""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.errors import Conflict, FieldError, Invalid
from compliance.core.taxonomy import Purpose
from compliance.profiles.models import Profile
from compliance.profiles.queries import active, party_names
from consent.models import Notice
from consent.rules import notices
from consent.rules.facts import DEFAULT_TERM, Facts, Recipient, kept_for, model_for_scan, training_choice

LOCALES = ("en",)
RESULTS = {"analysis": "the report you ask for"}


def facts_of(profile: Profile, purpose: Purpose) -> Facts:
    """What the notice of one purpose says under this profile."""
    document = profile.document
    names = party_names(document["sharing"]["infrastructure"])
    backups = document["backups"]
    return Facts(
        operator=settings.OPERATOR_NAME,
        purpose=purpose,
        result=RESULTS.get(document["method"], "the pictures you ask for"),
        kept=kept_for(document, purpose),
        model_for_scan=model_for_scan(document),
        recipients=tuple(Recipient(slug, name) for slug, name in names.items()),
        term=DEFAULT_TERM,
        backup_cycle=backups.get("cycle", ""),
        backup_age=backups.get("max_age", ""),
        contact=document["contact"].get("email") or "",
        privacy_page=f"{settings.BASE_URL}/privacy/",
        profile_hash=profile.hash,
    )


@transaction.atomic
def publish_notices(*, actor: Actor, at: datetime) -> list[Notice]:
    """Publish what the active profile needs: the scan, and the training that people may choose. Run it after a profile is activated.

    Text that is already current is left alone. Raises `Conflict` when no profile is active, `Invalid` when it keeps something whose
    end no text could state.
    """
    profile = active()
    if profile is None:
        raise Conflict("No profile is active. Activate one, then publish its notices.")
    return [
        publish_notice(facts=facts_of(profile, purpose), locale="en", actor=actor, at=at)
        for purpose in (Purpose.FACE_SCAN, training_choice(profile.document))
        if purpose is not None
    ]


@transaction.atomic
def publish_notice(*, facts: Facts, locale: str, actor: Actor, at: datetime) -> Notice:
    """A new immutable version of the notice of `facts.purpose`, or the newest one when it says the same under the same profile."""
    if locale not in LOCALES:
        raise Invalid("There is no text in this language yet.", [FieldError("/locale", f"choose among {', '.join(LOCALES)}")])
    # Serialises versions: two at once would both take the next number.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('consent.notice'))")
    title, body = notices.title(facts.purpose), notices.body(facts)
    text_hash = notices.digest(title, body)
    newest = Notice.objects.filter(purpose=facts.purpose, locale=locale).order_by("-version").first()
    if newest and (newest.hash, newest.profile_hash) == (text_hash, facts.profile_hash):
        return newest
    notice = Notice(
        purpose=facts.purpose,
        locale=locale,
        version=newest.version + 1 if newest else 1,
        title=title,
        body=body,
        hash=text_hash,
        recipients=[recipient.slug for recipient in facts.recipients],
        term=facts.term,
        profile_hash=facts.profile_hash,
        published_at=at,
    )
    save_with_history(notice, actor=actor, reason="published")
    record(
        kind="consent:notice:published",
        object_id=str(notice.pk),
        actor=actor,
        at=at,
        payload={"purpose": notice.purpose, "locale": locale, "version": notice.version, "hash": text_hash, "profile": facts.profile_hash},
    )
    return notice
