"""States, days and events in plain words."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from compliance.access.templatetags.moments import MOMENT
from compliance.audit.rules import words
from compliance.core.taxonomy import Category
from consent.rules.texts import LOCALES, category_words
from dsar.models import Request
from dsar.rules.clocks import law_name

SOON = 3
# A day with its name, as each language writes it.
DAY = {"en": "l j F Y", "es": r"l j \d\e F \d\e Y", "de": "l, j. F Y", "fr": "l j F Y"}

# Ledger entries of a request that need more than their own words (`audit.rules.words`) on the officer's page.
EVENTS: dict[str, str] = {
    "dsar:request:received_again": "The same request came in again; it is one request",
    "dsar:request:confirmed": "The link in the mail was used",
    "dsar:request:matched": "The address is on file for the reference: identity verified",
    "dsar:request:verified": "An officer verified the identity",
    "dsar:request:approved": "Approved: destruction was ordered",
    "dsar:request:withdrawn": "The person took the request back",
    "dsar:request:expired": "Nobody used the link in the mail: closed",
    "dsar:request:mailed": "A mail was handed to the mail server",
    "dsar:request:undeliverable": "The mail server refused a mail for good",
    "dsar:request:viewed": "An officer opened the person’s details",
    "dsar:request:forgotten": "The requester’s name and address were erased here",
}


def in_words(kind: str) -> str:
    """A ledger entry's kind in words."""
    return EVENTS.get(kind) or words(kind)


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """`20 November 2026, 14:05 CET` in the language of the page; empty for None."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{date_format(local, MOMENT.get(language(), 'DATETIME_FORMAT'))} {local.tzname()}"


def day(when: date | None) -> str:
    """`Sunday 20 December 2026` in the language of the page; empty for None."""
    return date_format(when, DAY[language()]) if when else ""


def language() -> str:
    """The language of the page, one of the four."""
    spoken = (get_language() or "en").partition("-")[0]
    return spoken if spoken in LOCALES else "en"


def kind_of_data(category: str) -> str:
    """`The photo you uploaded`, in the language of the page."""
    return category_words(Category(category), language())


def law_in_words(code: str) -> str:
    """A law as people call it; laws of one state keep their English name."""
    known = {
        "GDPR_EU": _("GDPR"),
        "UK_GDPR": _("UK GDPR"),
        "CCPA": _("California CCPA"),
        "QC_P39_1": _("Quebec private sector act"),
    }
    return known.get(code) or law_name(code)


def days_left(request: Request, today: date) -> tuple[str, str]:
    """How long is left in words, and a colour class of the theme: `ok`, `soon`, `late`, `done` or `none`."""
    if request.answered_at or request.state in {Request.State.REFUSED, Request.State.WITHDRAWN_BY_PERSON, Request.State.JOINED}:
        return _("closed"), "done"
    if request.due_safe is None:
        return _("no date set"), "none"
    left = (request.due_safe - today).days
    if left < 0:
        return ngettext("%(days)d day late", "%(days)d days late", -left) % {"days": -left}, "late"
    if left == 0:
        return _("due today"), "soon"
    to_go = ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left}
    return to_go, "soon" if left <= SOON else "ok"
