"""Publish notices: text made from the active profile, in all languages at once, immutable from then on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.errors import Conflict, FieldError, Invalid
from compliance.core.taxonomy import Purpose
from compliance.profiles.models import Profile
from compliance.profiles.queries import active
from consent.actions.change import change
from consent.models import Change, Notice
from consent.queries.drafts import Draft, draft_of
from consent.rules.facts import offered_by
from consent.rules.growth import stored
from consent.rules.notices import Text


class DraftChanged(Conflict):
    """What would be published is no longer what was reviewed."""

    code = "draft-changed"


@transaction.atomic
def publish_notices(*, actor: Actor, at: datetime) -> list[Notice]:
    """Publish what the active profile needs: the scan, and what people may choose beside it. Run it after a profile is activated.

    Returns the notices in force, one purpose after the other, each in all languages, English first. Text that is already
    current is left alone. Raises `Conflict` when no profile is active, `Invalid` with everything that a law wants told and no
    text tells, or when the profile keeps something whose end no text could state.
    """
    profile = _active()
    drafts = [draft_of(profile, purpose) for purpose in (Purpose.FACE_SCAN, *offered_by(profile.document))]
    _refuse(drafts)
    return [notice for draft in drafts for notice in _publish(draft, actor=actor, at=at)]


@transaction.atomic
def publish(*, purpose: str, actor: Actor, at: datetime, reviewed: str | None = None) -> list[Notice]:
    """Publish the notice of one purpose in all languages; `reviewed` is the hash of the draft that an officer saw.

    Raises as `publish_notices`; `Invalid` when the profile does not provide for the purpose, `DraftChanged` when the draft is
    no longer the one that was reviewed.
    """
    draft = draft_of(_active(), purpose)
    if reviewed is not None and reviewed != draft.hash:
        raise DraftChanged("The draft changed while you read it. Please review it again; nothing was published.")
    _refuse([draft])
    return _publish(draft, actor=actor, at=at)


def publish_disclosure(*, party: str, actor: Actor, at: datetime) -> list[Notice]:
    """Publish the notice for passing face data on to one party, named by its slug."""
    return publish(purpose=f"disclose:{party}", actor=actor, at=at)


def _active() -> Profile:
    # Serialises versions, before anything is read: two at once would both take the next number.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('consent.notice'))")
    profile = active()
    if profile is None:
        raise Conflict("No profile is active. Activate one, then publish its notices.")
    return profile


def _refuse(drafts: Sequence[Draft]) -> None:
    """Raises `Invalid` that names every law, section, element and remedy at once; one that several notices lack is named once."""
    lacking = {element: [draft.purpose for draft in drafts if element in draft.missing] for draft in drafts for element in draft.missing}
    if lacking:
        raise Invalid(
            "These notices do not say what the law asks for yet. Nothing was published.",
            [
                FieldError(
                    f"/elements/{element.law}/{element.key}",
                    f"{element.law}, {element.section}: {element.words} is missing ({', '.join(purposes)}). {element.remedy}",
                )
                for element, purposes in lacking.items()
            ],
        )


def _publish(draft: Draft, *, actor: Actor, at: datetime) -> list[Notice]:
    if not draft.differs and draft.before:
        found = Notice.objects.filter(purpose=draft.purpose, version=draft.before.version)
        by_locale = {notice.locale: notice for notice in found}
        return [by_locale[text.locale] for text in draft.texts]
    notices = [_store(draft, text, actor=actor, at=at) for text in draft.texts]
    if draft.grew:
        change(event=Change.Event.NOTICE, purpose=draft.purpose, at=at)
    return notices


def _store(draft: Draft, text: Text, *, actor: Actor, at: datetime) -> Notice:
    facts = draft.facts
    notice = Notice(
        purpose=facts.purpose,
        locale=text.locale,
        version=draft.version,
        reach=draft.reach,
        title=text.title,
        body=text.body,
        hash=text.hash,
        recipients=[recipient.slug for recipient in facts.recipients],
        term=facts.term,
        profile_hash=facts.profile_hash,
        facts=stored(facts),
        elements=dict(text.elements),
        changes=[difference.words for difference in draft.differences],
        published_at=at,
    )
    save_with_history(notice, actor=actor, reason="published")
    record(
        kind="consent:notice:published",
        object_id=str(notice.pk),
        actor=actor,
        at=at,
        payload={
            "purpose": notice.purpose,
            "locale": text.locale,
            "version": notice.version,
            "reach": notice.reach,
            "hash": text.hash,
            "profile": facts.profile_hash,
        },
    )
    return notice
