"""Readings of inventories in the admin, and the rules for what they find."""

from datetime import datetime, timedelta
from typing import cast

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from compliance.access.admin_site import ENOUGH, Card, EffaceAdminSite
from compliance.access.filters import SystemFilter
from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import WithReason
from compliance.backend.models import System
from compliance.retention.models import CameBack, FindingRule, Reading, Restore

# A system whose inventory was not read for this long is not known to be in order.
SILENT = timedelta(hours=2)


@admin.register(Reading)
class ReadingAdmin(LookOnly):
    list_display = ("system", "state", "started_at", "ended_at", "items", "findings", "trouble")
    list_filter = (SystemFilter, "state")
    ordering = ("-started_at",)
    fields = ("system", "state", "started_at", "ended_at", "pages", "items", "findings", "trouble")
    readonly_fields = fields

    @admin.display(description=_("found"))
    def findings(self, reading: Reading) -> str:
        return ", ".join(f"{kind.replace('_', ' ')}: {count}" for kind, count in sorted(reading.found.items())) or "–"


@admin.register(FindingRule)
class FindingRuleAdmin(WithReason):
    list_display = ("finding", "action")
    fields = ("finding", "action")


@admin.register(Restore)
class RestoreAdmin(LookOnly):
    list_display = ("system", "store", "state", "how", "restored_to", "declared_at", "cleared_at", "asked")
    list_filter = (SystemFilter, "state", "how")
    ordering = ("-declared_at",)
    fields = (*list_display, "came_back")
    readonly_fields = fields

    @admin.display(description=_("came back"))
    def came_back(self, restore: Restore) -> str:
        rows = CameBack.objects.filter(restore=restore)
        return f"{rows.count()}, of which {rows.filter(artifact__gone_at__isnull=True).count()} are not yet read back as absent"


def unread(at: datetime) -> int:
    """Systems without a finished reading in the last hours."""
    fresh = Reading.objects.filter(state=Reading.State.DONE, ended_at__gt=at - SILENT).values("system")
    return System.objects.exclude(pk__in=fresh)[: ENOUGH + 1].count()


cast(EffaceAdminSite, admin.site).register_cards(
    [
        Card(
            title=_("Systems not read for two hours"),
            permission="retention.view_reading",
            count=unread,
            page="admin:retention_reading_changelist",
            urgent=True,
        )
    ]
)
