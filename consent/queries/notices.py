"""Which text a person must be shown now."""

from compliance.core.errors import Conflict
from compliance.core.taxonomy import Purpose
from compliance.profiles.queries import active
from consent.models import Notice
from consent.rules.facts import training_choice


class NotPublished(Conflict):
    """There is no text that may be signed now. For an officer to mend."""

    code = "notice-not-published"


def current_notice(purpose: Purpose, locale: str = "en") -> Notice:
    """The newest notice of a purpose, made from the profile that is active now.

    Raises `NotPublished` when there is none: a text that no longer says what is enforced is never signed.
    """
    profile = active()
    notice = Notice.objects.filter(purpose=purpose, locale=locale).order_by("-version").first()
    if profile is None or notice is None or notice.profile_hash != profile.hash:
        raise NotPublished("No notice of the active profile is published for this purpose. Publish it: manage.py publish_notices.")
    return notice


def training_offered() -> Purpose | None:
    """The training that the active profile lets a person opt in to, or None. Silence is no."""
    profile = active()
    return training_choice(profile.document) if profile is not None else None
