"""The proof that a text was shown: a signed hidden field that travels with the form."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from compliance.core.errors import Invalid
from consent.actions import LINK_LIFE
from consent.models import Notice, ReleaseLink

SALT = "consent.shown"


@dataclass(frozen=True)
class Shown:
    """Which notice was served, and when."""

    notice_id: UUID
    at: datetime


def token(link: ReleaseLink, notice: Notice, at: datetime) -> str:
    """Say, signed, that `notice` was served for `link` at `at`."""
    return signing.dumps({"link": str(link.pk), "notice": str(notice.pk), "at": at.isoformat()}, salt=SALT)


def read(text: str, link: ReleaseLink, at: datetime) -> Shown:
    """What the field says. Raises `Invalid` when it was changed, belongs to another link, or is older than a link can be."""
    try:
        said = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        raise Invalid(_("The form was changed on its way. Please read the text again, then answer.")) from None
    shown = Shown(UUID(said["notice"]), datetime.fromisoformat(said["at"]))
    if said["link"] != str(link.pk) or at - shown.at > LINK_LIFE:
        raise Invalid(_("This form is too old, or belongs to another link. Please read the text again, then answer."))
    return shown
