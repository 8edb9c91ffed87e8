"""What officers see of consent: everything, and nothing to edit. Releases come from people, notices from profiles."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from compliance.audit.look_only import LookOnly
from consent.models import Notice, Release, ReleaseLink


@admin.register(Notice)
class NoticeAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ("title", "purpose", "locale", "version", "term", "published_at")
    list_filter = ("purpose", "locale")
    fields = ("title", "purpose", "locale", "version", "term", "recipients", "body", "hash", "profile_hash", "published_at")
    ordering = ("-published_at",)


@admin.register(Release)
class ReleaseAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ("id", "subject", "purpose", "state", "signed_at", "expires_at", "ended_at")
    list_filter = ("state", "purpose", "method", "signed_at")
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
    list_filter = ("purpose", "system")
    fields = ("id", "subject", "purpose", "system", "made_at", "expires_at", "used_at")
    ordering = ("-made_at",)
