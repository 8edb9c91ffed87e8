"""What officers see of releases: everything, and nothing to edit. Releases come from people, by page, by product, or on paper."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from compliance.audit.look_only import LookOnly
from consent.admin import papers
from consent.models import Paper, Release, ReleaseLink
from consent.queries.releases import TextBroken, document_of


@admin.register(Release)
class ReleaseAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ("id", "subject", "purpose", "state", "channel", "signed_at", "expires_at", "ended_at")
    list_filter = ("state", "method", "channel", "signer_role", "gpc", "signed_at")
    list_select_related = ("notice", "subject")
    search_fields = ("=id", "=subject__id")
    search_help_text = _("The whole number of a release, or of a person")
    change_list_template = "admin/consent/release/change_list.html"
    change_form_template = "admin/consent/release/change_form.html"
    # The sealed evidence is not here: it opens for a bundle, not for a glance.
    fields = (
        ("id", "subject", "purpose", "piece"),
        ("state", "ended_at"),
        ("notice", "text_hash", "recipients"),
        ("signer_role", "authority_paper"),
        ("method", "channel", "system", "signed_paper"),
        ("shown_at", "signed_at", "expires_at", "gpc"),
        ("receipts",),
    )
    readonly_fields = ("authority_paper", "signed_paper", "receipts")
    ordering = ("-signed_at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without what is sealed: a list carries none of it."""
        return (
            super()
            .get_queryset(request)
            .defer("evidence_sealed")
            .select_related("authority", "paper")
            .defer("authority__sealed", "paper__sealed")
        )

    @admin.display(description=_("authority to sign"))
    def authority_paper(self, release: Release) -> str:
        return papers.link(release.authority) if release.authority else str(_("none: the person signed"))

    @admin.display(description=_("paper"))
    def signed_paper(self, release: Release) -> str:
        return papers.link(release.paper) if release.paper else str(_("none"))

    @admin.display(description=_("receipts"))
    def receipts(self, release: Release) -> SafeString:
        return format_html(
            '<a href="{}?q={}">{}</a>', reverse("admin:evidence_document_changelist"), release.pk, _("Documents of this release")
        )

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("paper/", self.admin_site.admin_view(self.add_paper), name="consent_release_paper"),
            path("<uuid:key>/text/", self.admin_site.admin_view(self.text), name="consent_release_text"),
            path("<uuid:key>/withdraw/", self.admin_site.admin_view(self.withdraw), name="consent_release_withdraw"),
        ]
        return [*own, *super().get_urls()]

    def add_paper(self, request: HttpRequest) -> HttpResponse:
        return papers.add_paper(request, self)

    def withdraw(self, request: HttpRequest, key: UUID) -> HttpResponse:
        return papers.withdraw_release(request, key, self)

    def text(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """The exact text that was shown and signed, and whether its hash is still the one that the signature names (D2)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        release = self.get_object(request, str(key))
        if release is None or request.method not in {"GET", "HEAD"}:
            raise Http404
        try:
            found: dict[str, Any] = {"text": document_of(release).decode()}
        except TextBroken as broken:
            found = {"broken": broken.detail}
        around = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": _("The text as it was signed")}
        return TemplateResponse(request, "admin/consent/release/text.html", {**around, **found, "release": release})

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "may_record": request.user.has_perm("consent.record_release")})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        found = self.get_object(request, object_id)
        may = request.user.has_perm("consent.record_release") and found is not None and found.state == Release.State.ACTIVE
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "may_withdraw": may})


@admin.register(Paper)
class PaperAdmin(LookOnly):
    list_display = ("id", "kind", "subject", "what", "size", "ends_on", "added_at")
    list_filter = ("kind",)
    search_fields = ("=id",)
    fields = (("id", "kind", "subject"), ("what", "ends_on"), ("sha256", "size"), ("added_at", "added_by"), ("file",))
    readonly_fields = ("file",)
    ordering = ("-added_at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("sealed").select_related("subject")

    @admin.display(description=_("file"))
    def file(self, paper: Paper) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:consent_paper_file", args=[paper.pk]), _("Download, with a reason"))

    def get_urls(self) -> list[URLPattern]:
        own = path("<uuid:key>/file/", self.admin_site.admin_view(self.download), name="consent_paper_file")
        return [own, *super().get_urls()]

    def download(self, request: HttpRequest, key: UUID) -> HttpResponse:
        return papers.download(request, key, self)


@admin.register(ReleaseLink)
class ReleaseLinkAdmin(LookOnly):
    list_display = ("id", "subject", "purpose", "language", "system", "made_at", "expires_at", "used_at")
    list_select_related = ("subject",)
    fields = ("id", "subject", "purpose", "piece", "language", "system", "made_at", "expires_at", "used_at")
    ordering = ("-made_at",)
