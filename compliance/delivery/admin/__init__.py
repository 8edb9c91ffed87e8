"""Delivery in the admin: promises to look at, webhooks to look after, and the numbers of both on the first page."""

from typing import cast

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from compliance.audit.cards import Card, HasCards
from compliance.delivery import queries
from compliance.delivery.admin.endpoints import EndpointAdmin
from compliance.delivery.admin.messages import MessageAdmin
from compliance.delivery.admin.outbox import PromiseAdmin, SignAdmin

__all__ = ["EndpointAdmin", "MessageAdmin", "PromiseAdmin", "SignAdmin"]

cast(HasCards, admin.site).register_cards(
    [
        Card(
            title=_("Work that keeps failing"),
            permission="delivery.view_promise",
            count=lambda _at: queries.failing(),
            page="admin:delivery_promise_changelist",
            filters=lambda _at: f"?state__exact=waiting&attempts__gte={queries.FAILING_ATTEMPTS}",
            urgent=True,
        ),
        Card(
            title=_("Webhook messages given up"),
            permission="delivery.view_message",
            count=lambda _at: queries.given_up(),
            page="admin:delivery_message_changelist",
            filters=lambda _at: "?state__exact=dead",
            urgent=True,
        ),
    ]
)
