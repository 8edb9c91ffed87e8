"""Promises and signs of life in the admin: to look at, not to change."""

from typing import cast

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from compliance.audit.cards import Card, HasCards
from compliance.audit.look_only import LookOnly
from compliance.delivery import queries
from compliance.delivery.models import Promise, Sign


@admin.register(Promise)
class PromiseAdmin(LookOnly):
    list_display = ("topic", "state", "due_at", "attempts", "last_error", "made_at", "kept_at")
    list_filter = ("state",)
    ordering = ("-made_at",)


@admin.register(Sign)
class SignAdmin(LookOnly):
    list_display = ("name", "at")


cast(HasCards, admin.site).register_cards(
    [
        Card(
            title=_("Work that keeps failing"),
            permission="delivery.view_promise",
            count=lambda _at: queries.failing(),
            page="admin:delivery_promise_changelist",
            filters=lambda _at: f"?state__exact=waiting&attempts__gte={queries.FAILING_ATTEMPTS}",
            urgent=True,
        )
    ]
)
