"""Parties in the admin: edited with their history."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from compliance.audit.with_reason import REASON, WithReason
from compliance.profiles.models import Party


@admin.register(Party)
class PartyAdmin(WithReason):
    list_display = ("name", "role", "country", "purpose")
    list_filter = ("role", "country")
    ordering = ("name",)
    fields = ("slug", "name", "role", "country", "purpose", REASON)

    def get_readonly_fields(self, request: HttpRequest, obj: Party | None = None) -> Any:
        return ("slug",) if obj else ()
