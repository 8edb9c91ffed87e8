"""What officers see of notices: every version, immutable; what the profile calls for now; and the controller's particulars."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from compliance.audit.cards import Card, HasCards
from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import REASON, WithReason
from consent.admin import review
from consent.models import Controller, Notice


@admin.register(Notice)
class NoticeAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ("title", "purpose", "locale", "version", "reach", "term", "published_at")
    list_filter = ("purpose", "locale")
    fields = (
        ("title", "purpose", "locale"),
        ("version", "reach", "published_at"),
        ("term", "recipients"),
        "what_changed",
        "body",
        "stated",
        ("hash", "profile_hash"),
    )
    readonly_fields = ("what_changed", "stated")
    ordering = ("-published_at", "purpose", "locale")
    change_list_template = "admin/consent/notice_list.html"

    def get_urls(self) -> list[URLPattern]:
        views: list[tuple[str, Any, str]] = [
            ("review/", review.overview, "consent_notice_review"),
            ("review/<str:purpose>/", review.draft, "consent_notice_draft"),
        ]
        own = [path(route, self.admin_site.admin_view(view), {"model_admin": self}, name=name) for route, view, name in views]
        return [*own, *super().get_urls()]

    @admin.display(description=_("what changed"))
    def what_changed(self, notice: Notice) -> str | SafeString:
        return format_html_join("", "<p>{}</p>", ([words] for words in notice.changes)) or gettext("nothing, or the first version")

    @admin.display(description=_("what the law wants said"))
    def stated(self, notice: Notice) -> SafeString:
        return format_html_join("", "<p><strong>{}</strong><br>{}</p>", sorted(notice.elements.items()))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "due": review.due_count()})


@admin.register(Controller)
class ControllerAdmin(WithReason):
    """One row: added once, then changed."""

    list_display = ("__str__", "address", "complaint_authority")
    fields = ("address", "data_protection_officer", "representative", "complaint_authority", "transfers", "policy_url", REASON)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Controller.objects.exists()


CARDS = (Card(_("Notices to review and publish"), "consent.view_notice", lambda _at: review.due_count(), "admin:consent_notice_review"),)
cast(HasCards, admin.site).register_cards(CARDS)
