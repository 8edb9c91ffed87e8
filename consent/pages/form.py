"""A signing form: what it shows, and what a browser sent back in it."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from compliance.core.errors import EffaceError, FieldError, Invalid
from consent.actions import Signature, TextChanged
from consent.models import Notice
from consent.pages import gpc, shown, words
from consent.pages.text import Section, sections
from consent.queries.links import Box, Page
from consent.rules.notices import intent

SELF = "self"


@dataclass(frozen=True)
class Role:
    """One way to sign, and its words."""

    name: str
    words: str


@dataclass(frozen=True)
class Form:
    """One signing form: its text, its hidden proof, and what was typed and wrong. `prefix` begins its element ids.

    `roles` is empty where nobody may sign for another person.
    """

    prefix: str
    notice: Notice
    sections: list[Section]
    token: str
    intent: str
    roles: tuple[Role, ...] = ()
    role: str = ""
    typed: str = ""
    authority_what: str = ""
    authority_ends: str = ""
    agreed: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def roles_open(self) -> bool:
        """Whether the choice must be seen: somebody else has to sign, was chosen, or something about it is wrong."""
        for_self = any(role.name == SELF for role in self.roles)
        return not for_self or self.role not in ("", SELF) or any(name.startswith(("role", "authority")) for name in self.errors)


@dataclass(frozen=True)
class BoxShown:
    """One separate choice: held, with its release; or open, with its form."""

    box: Box
    id: str
    words: str
    form: Form | None

    @property
    def purpose(self) -> str:
        return self.box.purpose

    @property
    def release(self) -> object:
        return self.box.release


def blank(page: Page, notice: Notice, prefix: str, at: datetime) -> Form:
    """A form nobody touched: no name, no tick."""
    roles = tuple(Role(name, words.of_role(name)) for name in page.roles) if page.roles != (SELF,) else ()
    token, says = shown.token(page.link, notice, at), intent(notice.purpose, notice.locale)
    return Form(prefix, notice, sections(notice.body), token, says, roles)


def refused_form(form: Form, request: HttpRequest, error: EffaceError) -> Form:
    """The form again with everything that was typed. The box is never ticked for a person who did not."""
    sent = request.POST
    return replace(
        form,
        role=sent.get("role", ""),
        typed=sent.get("name", "")[:400],
        authority_what=sent.get("authority_what", "")[:100],
        authority_ends=sent.get("authority_ends", "")[:20],
        # After a change of text the tick belongs to the old one.
        agreed=sent.get("agree") == "yes" and not isinstance(error, TextChanged),
        errors=words.said(error),
    )


def signature(request: HttpRequest, proof: shown.Shown) -> Signature:
    """What the browser sent. Raises `Invalid` for a day that is none; everything else is judged by the action."""
    sent, paper = request.POST, request.FILES.get("authority")
    return Signature(
        notice_id=proof.notice_id,
        shown_at=proof.at,
        agreed=sent.get("agree") == "yes",
        typed_name=sent.get("name", ""),
        drawn=sent.get("drawn", ""),
        # No role is chosen beforehand: who chooses none signs for themselves.
        role=sent.get("role") or SELF,
        authority=paper.read() if paper else b"",
        authority_what=sent.get("authority_what", ""),
        authority_ends=_day(sent.get("authority_ends", "")),
        zone=sent.get("zone", ""),
        gpc=gpc.sent(request),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        why = _("Write the day as year, month and day, such as 2027-01-31.")
        raise Invalid(_("The paper’s last day cannot be read."), [FieldError("/authority_ends", why)]) from None
