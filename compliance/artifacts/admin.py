"""Artifacts and violations in the admin: to look at, not to change."""

from datetime import datetime
from typing import cast

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from compliance.access.admin_site import ENOUGH, Card, EffaceAdminSite
from compliance.access.filters import SystemFilter
from compliance.artifacts.models import Artifact, Violation
from compliance.audit.look_only import LookOnly
from compliance.core import clock


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


@admin.register(Violation)
class ViolationAdmin(LookOnly):
    list_display = ("kind", "system", "external_id", "category", "age", "found_at", "resolved_at")
    list_filter = ("kind", SystemFilter, ("resolved_at", admin.EmptyFieldListFilter))
    ordering = ("-found_at",)

    @admin.display(description=_("open for"))
    def age(self, violation: Violation) -> str:
        """In days and hours, until it was resolved."""
        took = (violation.resolved_at or clock.now()) - violation.found_at
        return f"{took.days} d {took.seconds // 3600} h"


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
