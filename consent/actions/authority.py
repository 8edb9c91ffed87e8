"""File a PDF under a person's key: a release that was signed on paper, or the authority to sign for somebody."""

import base64
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.utils.translation import gettext as _

from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Subject
from consent.models import Paper
from consent.rules.papers import Pdf, checked
from consent.rules.roles import PROXIES

LONGEST_WHAT = 40
# A day begins, and the one before is over, first where clocks run ahead by fourteen hours: at ten UTC of the day before. Nothing
# signed under an authority outlives it anywhere, and a paper is never taken for newer than it is.
FIRST_MIDNIGHT = time(10, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """What shows that somebody may sign for another: a PDF that was looked at, what it is, and the last day it counts."""

    pdf: Pdf
    what: str
    ends_on: date | None

    @property
    def ends_at(self) -> datetime | None:
        return datetime.combine(self.ends_on, FIRST_MIDNIGHT) if self.ends_on else None


def authority_of(*, role: str, content: bytes, what: str, ends_on: date | None) -> Authority | None:
    """The authority that a role must show; None for a person who signs for themself.

    Raises `Invalid` naming what is missing. Never inside a transaction: the file is looked at in a process of its own.
    """
    if role not in PROXIES:
        return None
    what = " ".join(what.replace("\0", " ").split())
    lacking = []
    if not content:
        lacking.append(FieldError("/authority", _("Add the paper that says you may sign for this person, as a PDF.")))
    if not 3 <= len(what) <= LONGEST_WHAT:
        lacking.append(FieldError("/authority_what", _("Say what the paper is, in 3 to 40 characters. Such as: birth certificate.")))
    if lacking:
        raise Invalid(_("The authority to sign for somebody is missing."), lacking)
    return Authority(checked(content, "/authority"), what, ends_on)


def keep(
    *, subject: Subject, kind: Paper.PaperKind, pdf: Pdf, actor: Actor, at: datetime, what: str = "", ends_on: date | None = None
) -> Paper:
    """Seal the exact bytes under the person's key. In the caller's transaction: a paper without its release is never stored."""
    key = uuid.uuid4()
    return Paper.objects.create(
        pk=key,
        subject=subject,
        kind=kind,
        what=what,
        sha256=pdf.sha256,
        size=pdf.size,
        sealed=sealer_of(subject).seal(f"consent.paper:{key}", base64.b64encode(pdf.content).decode()),
        ends_on=ends_on,
        added_at=at,
        added_by=actor.name,
    )
