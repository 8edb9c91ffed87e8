"""What officers see of notices: every version, immutable. Notices come from profiles."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from compliance.audit.look_only import LookOnly
from consent.models import Notice


@admin.register(Notice)
class NoticeAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ("title", "purpose", "locale", "version", "term", "published_at")
    list_filter = ("purpose", "locale")
    fields = ("title", "purpose", "locale", "version", "term", "recipients", "body", "hash", "profile_hash", "published_at")
    ordering = ("-published_at",)
