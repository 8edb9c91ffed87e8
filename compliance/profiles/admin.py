"""Profiles and parties in the admin. A profile version is immutable; parties are edited with their history."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import REASON, WithReason
from compliance.profiles.models import Party, Profile


@admin.register(Profile)
class ProfileAdmin(LookOnly):
    list_display = ("title", "slug", "version", "state", "active_from", "stored_at")
    list_filter = ("state",)
    ordering = ("-stored_at",)
    fields = ("title", "slug", "version", "state", "active_from", "stored_at", "hash", "content")
    readonly_fields = fields

    @admin.display(description=_("the promise"))
    def content(self, profile: Profile) -> str:
        return json.dumps(profile.document, indent=2, ensure_ascii=False)


@admin.register(Party)
class PartyAdmin(WithReason):
    list_display = ("name", "role", "country", "purpose")
    list_filter = ("role", "country")
    ordering = ("name",)
    fields = ("slug", "name", "role", "country", "purpose", REASON)

    def get_readonly_fields(self, request: HttpRequest, obj: Party | None = None) -> Any:
        return ("slug",) if obj else ()
