"""The officers' side of requests: a list by days left, one page a request, and the decisions."""

from django.contrib import admin

from dsar.admin.cards import CARDS
from dsar.admin.requests import RequestAdmin

__all__ = ["RequestAdmin"]

admin.site.register_cards(CARDS)  # type: ignore[attr-defined]  # the stubs know Django's own site only
