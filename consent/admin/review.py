"""The officer's review: every draft of the active profile beside what is published, and the button that publishes one. GET never writes."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from compliance.audit.with_reason import officer
from compliance.core import clock
from compliance.core.errors import EffaceError, Invalid
from compliance.profiles.models import Profile
from compliance.profiles.queries import active
from consent.actions.publish import DraftChanged, publish
from consent.models import Notice
from consent.pages.text import Section, sections
from consent.queries.drafts import Draft, draft_of, drafts, due
from consent.rules import texts
from consent.rules.elements import Element, required
from consent.rules.growth import OFFICERS

MAY_SEE, MAY_PUBLISH = "consent.view_notice", "consent.change_notice"
# Each language in its own words, as a reader of it looks for it.
NAMES = {"en": "English", "es": "Español", "de": "Deutsch", "fr": "Français"}
gate = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Said:
    """One element that a law wants told, and the sentence that tells it (in English), or none."""

    element: Element
    sentence: str


@dataclass(frozen=True)
class Language:
    """The draft in one language, as a person will read it."""

    locale: str
    name: str
    title: str
    sections: list[Section]


def due_count() -> int:
    """How many drafts an officer should publish; a profile from which no draft can be made counts as one to look at."""
    profile = active()
    try:
        return len(due(profile)) if profile else 0
    except Invalid:
        return 1


@require_http_methods(["GET", "HEAD"])
def overview(request: HttpRequest, model_admin: ModelAdmin[Any]) -> HttpResponse:
    """Every draft: what it is for, whether it differs from what is published, and whether people must be asked again."""
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    profile, refused, found = active(), None, list[Draft]()
    try:
        found = drafts(profile) if profile else []
    except Invalid as error:
        refused = error
    rows = [(draft, texts.purpose_words(draft.purpose, OFFICERS, party_name(draft))) for draft in found]
    return page(request, model_admin, "notice_review", title=_("Notices to review"), rows=rows, profile=profile, refused=refused)


@gate
def draft(request: HttpRequest, model_admin: ModelAdmin[Any], purpose: str) -> HttpResponse:
    """One draft in four languages with its elements. POST publishes it, if it is still the one that was read."""
    profile = active()
    if profile is None or not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    if request.method == "POST":
        return published(request, model_admin, profile, purpose)
    return show(request, model_admin, profile, purpose)


def published(request: HttpRequest, model_admin: ModelAdmin[Any], profile: Profile, purpose: str) -> HttpResponse:
    if not request.user.has_perm(MAY_PUBLISH):
        raise PermissionDenied
    try:
        notices = publish(purpose=purpose, actor=officer(request), at=clock.now(), reviewed=request.POST.get("reviewed", ""))
    except (DraftChanged, Invalid) as error:
        return show(request, model_admin, profile, purpose, refused=error)
    count = len(notices)
    said = ngettext(
        "Published in %(count)d language: version %(version)d.", "Published in %(count)d languages: version %(version)d.", count
    )
    messages.success(request, said % {"count": count, "version": notices[0].version})
    return redirect("admin:consent_notice_review")


def show(
    request: HttpRequest, model_admin: ModelAdmin[Any], profile: Profile, purpose: str, *, refused: EffaceError | None = None
) -> HttpResponse:
    try:
        found = draft_of(profile, purpose)
    except Invalid as error:
        raise Http404(error.detail) from None
    english = found.texts[0]
    said = [Said(element, english.elements.get(element.id, "")) for element in required(found.purpose, settings.SERVED_JURISDICTIONS)]
    response = page(
        request,
        model_admin,
        "notice_draft",
        title=english.title,
        draft=found,
        words=texts.purpose_words(found.purpose, OFFICERS, party_name(found)),
        said=said,
        languages=[Language(text.locale, NAMES[text.locale], text.title, sections(text.body)) for text in found.texts],
        may_publish=request.user.has_perm(MAY_PUBLISH),
        refused=refused,
    )
    response.status_code = refused.status if refused else 200
    return response


def page(request: HttpRequest, model_admin: ModelAdmin[Any], name: str, **context: Any) -> TemplateResponse:
    """One of our own pages in the admin's frame."""
    around = {**model_admin.admin_site.each_context(request), "opts": Notice._meta}
    return TemplateResponse(request, f"admin/consent/{name}.html", {**around, **context})


def party_name(draft: Draft) -> str:
    return draft.facts.party.name if draft.facts.party else ""
