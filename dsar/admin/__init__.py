"""The officers' side of requests: a list by days left, one page a request, and the decisions."""

from django.contrib import admin

from dsar.admin.cards import CARDS
from dsar.admin.requests import RequestAdmin

__all__ = ["RequestAdmin"]

# The stubs know Django's site only; ours has cards (compliance.access.admin_site).
admin.site.register_cards(CARDS)  # type: ignore[attr-defined]
