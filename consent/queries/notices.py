"""Which text a person must be shown now."""

from compliance.core.errors import Conflict
from compliance.profiles.queries import active
from consent.models import Notice
from consent.rules.facts import offered_by

# In this language every notice is published; where another is not, this one stands in.
FALLBACK = "en"


class NotPublished(Conflict):
    """There is no text that may be signed now. For an officer to mend."""

    code = "notice-not-published"


def current_notice(purpose: str, locale: str = FALLBACK) -> Notice:
    """The newest notice of a purpose in a language (else in English), made from the profile that is active now.

    Raises `NotPublished` when there is none: a text that no longer says what is enforced is never signed.
    """
    profile = active()
    newest = Notice.objects.filter(purpose=purpose, locale=FALLBACK).order_by("-version").first()
    if profile is None or newest is None or newest.profile_hash != profile.hash:
        raise NotPublished("No notice of the active profile is published for this purpose. Publish it: manage.py publish_notices.")
    if locale == FALLBACK:
        return newest
    return Notice.objects.filter(purpose=purpose, locale=locale, version=newest.version).first() or newest


def offered() -> tuple[str, ...]:
    """The purposes beside the scan that people may be asked for on the scan's page under the active profile. Silence is no."""
    profile = active()
    return tuple(map(str, offered_by(profile.document))) if profile is not None else ()
