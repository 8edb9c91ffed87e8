"""The list, and one page a request. Nothing here is a form of fields: what changes, changes through a decision."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import officer as actor_of_officer
from compliance.core import clock
from dsar.actions import note_view
from dsar.admin import decisions
from dsar.admin.filters import ClockFilter, LawFilter, ResidenceFilter
from dsar.models import Request
from dsar.queries.officer import person_of, sheet_of
from dsar.rules.clocks import law_name
from dsar.rules.words import days_left

SHORT = len("EF-XXXX-XXXX")
# The words of `days_left` as the theme's tags.
COLOURS = {"ok": "good", "soon": "warn", "late": "stop", "done": "", "none": ""}


@admin.register(Request)
class RequestAdmin(LookOnly):
    """Requests, the most urgent first."""

    list_display = ("short_code", "kind", "state", "time_left", "law_in_words", "received_at", "channel", "about")
    list_filter = (ClockFilter, "state", "channel", "about", LawFilter, ResidenceFilter)
    search_fields = ("code",)
    # Not by the person's own reference: a search stands in the address, and addresses hold no personal data.
    search_help_text = _("Search by the reference of the request (EF-…)")
    ordering = ("due_safe", "received_at")

    @admin.display(description=_("reference"), ordering="code")
    def short_code(self, request: Request) -> str:
        """Enough to tell rows apart; the page of the request shows it whole."""
        return f"{request.code[:SHORT]}…"

    @admin.display(description=_("time left"), ordering="due_safe")
    def time_left(self, request: Request) -> SafeString:
        words, colour = days_left(request, clock.now().date())
        return format_html('<span class="tag {}">{}</span>', COLOURS[colour], words)

    @admin.display(description=_("law"), ordering="law")
    def law_in_words(self, request: Request) -> str:
        return law_name(request.law) if request.law else str(_("none sets a day"))

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Any] = {"verify": decisions.verify, "approve": decisions.approve, "refuse": decisions.refuse}
        own = [
            path(f"<uuid:key>/{name}/", self.admin_site.admin_view(view), {"model_admin": self}, name=f"dsar_request_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The one page: person, clocks, identity, what goes, what became of it, timeline, history, documents."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request, found):
            raise PermissionDenied
        person = None
        if request.user.has_perm("dsar.view_person"):
            person = person_of(found)
            if person:
                note_view(request_id=found.pk, actor=actor_of_officer(request), at=clock.now())
        words, colour = days_left(found, clock.now().date())
        return self.page(
            request,
            "page",
            found,
            title=found.code,
            person=person,
            sheet=sheet_of(found),
            left=words,
            left_class=COLOURS[colour],
            may_decide=request.user.has_perm("dsar.decide_request"),
        )

    def page(self, request: HttpRequest, name: str, found: Request, **context: Any) -> TemplateResponse:
        """One of our own pages in the admin's frame."""
        around = {**self.admin_site.each_context(request), "opts": self.model._meta, "request_row": found}
        return TemplateResponse(request, f"admin/dsar/request/{name}.html", {**around, **context})
