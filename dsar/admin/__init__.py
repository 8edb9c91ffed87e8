"""The officers' side of requests: a list by days left, one page a request, and the decisions."""

from typing import cast

from django.contrib import admin

from compliance.access.admin_site import EffaceAdminSite
from dsar.admin.cards import CARDS
from dsar.admin.requests import RequestAdmin

__all__ = ["RequestAdmin"]

cast(EffaceAdminSite, admin.site).register_cards(CARDS)
