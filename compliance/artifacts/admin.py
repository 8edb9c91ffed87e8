"""Artifacts and violations in the admin: to look at; and violations that only words can close."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from compliance.access.admin_site import ENOUGH, Card, EffaceAdminSite
from compliance.access.filters import SystemFilter
from compliance.artifacts.actions import EXPLAINABLE, explain
from compliance.artifacts.models import Artifact, Violation
from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import officer, reason_field
from compliance.core import clock
from compliance.core.errors import Conflict

RIGHT = "artifacts.change_violation"


@admin.register(Artifact)
class ArtifactAdmin(LookOnly):
    list_display = ("external_id", "category", "system", "store", "due_at", "gone_at")
    list_filter = ("category", SystemFilter, "biometric")
    search_fields = ("external_id__exact",)
    search_help_text = _("The whole id that the scan backend uses")
    ordering = ("-registered_at",)
    fields = (
        "external_id", "system", "store", "category", "purpose", "biometric", "size", "subject", "derived_from",
        "created_at", "registered_at", "due_at", "why", "gone_at",
    )  # fmt: skip  # read by groups
    readonly_fields = fields
    list_select_related = ("subject",)

    @admin.display(description=_("why this due date"))
    def why(self, artifact: Artifact) -> str:
        return "\n".join(artifact.due_why)


class ExplainForm(forms.Form):
    """How it came about, and what was done."""

    reason = reason_field()


@admin.register(Violation)
class ViolationAdmin(LookOnly):
    change_form_template = "admin/artifacts/violation/change_form.html"
    list_display = ("kind", "system", "external_id", "category", "age", "found_at", "resolved_at")
    list_filter = ("kind", SystemFilter, ("resolved_at", admin.EmptyFieldListFilter))
    ordering = ("-found_at",)

    @admin.display(description=_("open for"))
    def age(self, violation: Violation) -> str:
        """In days and hours, until it was resolved."""
        took = (violation.resolved_at or clock.now()) - violation.found_at
        return f"{took.days} d {took.seconds // 3600} h"

    def get_urls(self) -> list[URLPattern]:
        own = path("<uuid:pk>/explain/", self.admin_site.admin_view(self.explain), name="artifacts_violation_explain")
        return [own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        found = self.get_object(request, object_id)
        may = found is not None and found.resolved_at is None and found.kind in EXPLAINABLE and request.user.has_perm(RIGHT)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "may_explain": may})

    def explain(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Close what only words can close: it happened, and nothing makes it undone."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        found = get_object_or_404(Violation, pk=pk)
        form = ExplainForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                explain(violation_id=pk, actor=officer(request), at=clock.now(), reason=form.cleaned_data["reason"])
            except Conflict as error:
                form.add_error(None, error.detail)
            else:
                messages.success(request, _("Closed, with your words. They stay in the ledger."))
                return redirect("admin:artifacts_violation_change", pk)
        effect = _("“%(violation)s” is counted as open no longer. Say how it came about and what was done.") % {"violation": found}
        context = {"opts": self.opts, "title": _("Explain and close"), "form": form, "effect": effect, "button": _("Close")}
        return TemplateResponse(request, "admin/access/act.html", {**self.admin_site.each_context(request), **context})


def open_violations(_at: datetime) -> int:
    return Violation.objects.filter(resolved_at=None)[: ENOUGH + 1].count()


cast(EffaceAdminSite, admin.site).register_cards(
    [
        Card(
            title=_("Open violations"),
            permission="artifacts.view_violation",
            count=open_violations,
            page="admin:artifacts_violation_changelist",
            filters=lambda _at: "?resolved_at__isempty=1",
            urgent=True,
        )
    ]
)
