"""What officers see of releases: everything, and nothing to edit. Releases come from people."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from compliance.audit.look_only import LookOnly
from consent.models import Release, ReleaseLink


@admin.register(Release)
class ReleaseAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ("id", "subject", "purpose", "state", "signed_at", "expires_at", "ended_at")
    list_filter = ("state", "method", "channel", "signed_at")
    list_select_related = ("notice",)
    search_fields = ("=id", "=subject__id")
    # The sealed evidence is not here: it opens for a bundle, not for a glance.
    fields = (
        ("id", "subject", "purpose", "state"),
        ("notice", "text_hash", "recipients"),
        ("signer_role", "method"),
        ("shown_at", "signed_at", "expires_at", "ended_at"),
    )
    ordering = ("-signed_at",)


@admin.register(ReleaseLink)
class ReleaseLinkAdmin(LookOnly):
    list_display = ("id", "subject", "purpose", "system", "made_at", "expires_at", "used_at")
    list_filter = ("system",)
    fields = ("id", "subject", "purpose", "system", "made_at", "expires_at", "used_at")
    ordering = ("-made_at",)
