"""Documents in the admin: to look at and to download, not to change."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from compliance.audit.look_only import LookOnly
from compliance.core.errors import NotFound
from compliance.evidence.models import Document
from compliance.evidence.pages import document_response


@admin.register(Document)
class DocumentAdmin(LookOnly):
    list_display = ("id", "kind", "version", "object_id", "sealed_at", "standing")
    list_filter = ("kind",)
    # Exact, because only that uses the index.
    search_fields = ("id__exact", "object_id__exact")
    search_help_text = _("The whole number of a document, or of what it documents")
    ordering = ("-sealed_at",)
    fields = ("id", "kind", "version", "object_id", "language", "sealed_at", "supersedes", "standing", "twin_sha256", "pdf_sha256", "files")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        """Without the files: a list of a hundred documents would carry 20 MB."""
        rows = super().get_queryset(request).select_related("superseded_by")
        return rows.defer("twin", "pdf", "superseded_by__twin", "superseded_by__pdf")

    @admin.display(description=_("standing"))
    def standing(self, document: Document) -> str:
        newer = getattr(document, "superseded_by", None)
        return str(_("superseded by version %(version)s") % {"version": newer.version}) if newer else str(_("newest"))

    @admin.display(description=_("files"))
    def files(self, document: Document) -> SafeString:
        pdf, json = (reverse("admin:evidence_document_file", args=[document.pk, form]) for form in ("pdf", "json"))
        return format_html('<a href="{}">{}</a> · <a href="{}">{}</a>', pdf, _("PDF"), json, _("Data (JSON)"))

    def get_urls(self) -> list[URLPattern]:
        own = path("<uuid:number>/file/<str:form>", self.admin_site.admin_view(self.file), name="evidence_document_file")
        return [own, *super().get_urls()]

    def file(self, request: HttpRequest, number: UUID, form: str) -> HttpResponse:
        """The PDF or the twin, for officers who may see documents."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        document: Any = get_object_or_404(Document, pk=number)
        try:
            return document_response(document, form)
        except NotFound:
            raise Http404 from None
