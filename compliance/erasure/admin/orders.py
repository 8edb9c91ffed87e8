"""Orders and outcomes in the admin: to look at, not to change."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from compliance.access.admin_site import ENOUGH, Card, EffaceAdminSite
from compliance.access.filters import SystemFilter
from compliance.audit.look_only import LookOnly
from compliance.erasure.models import Call, Order, Outcome


class OutcomeInline(admin.TabularInline[Outcome, Order]):
    model = Outcome
    fields = ("artifact", "rung", "method", "called_at", "acknowledged_at", "absent_at", "purged_at", "backups_until", "detail")
    readonly_fields = fields
    can_delete = False
    extra = 0
    max_num = 0
    show_change_link = False

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ("id", "state", "reason", "everything", "ordered_at", "completed_at", "decided_by")
    list_filter = ("state", "reason")
    search_fields = ("id__exact",)
    ordering = ("-ordered_at",)
    inlines = (OutcomeInline,)


@admin.register(Call)
class CallAdmin(LookOnly):
    list_display = ("id", "system", "state", "intended_at", "accepted_at", "done_at")
    list_filter = ("state", SystemFilter)
    ordering = ("-intended_at",)


def running(_at: datetime) -> int:
    return Order.objects.filter(state=Order.State.OPEN)[: ENOUGH + 1].count()


cast(EffaceAdminSite, admin.site).register_cards(
    [
        Card(
            title=_("Orders running"),
            permission="erasure.view_order",
            count=running,
            page="admin:erasure_order_changelist",
            filters=lambda _at: "?state__exact=open",
        )
    ]
)
