"""Subjects in the admin: random ids and dates. References and contacts stay sealed; officers meet them in a request."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from compliance.subjects.models import Subject


@admin.register(Subject)
class SubjectAdmin(admin.ModelAdmin[Subject]):
    actions = None
    show_full_result_count = False
    list_display = ("id", "kind", "jurisdictions", "created_at", "last_interaction_at", "erased_at")
    list_filter = ("kind",)
    fields = ("id", "kind", "jurisdictions", "created_at", "last_interaction_at", "erased_at")
    search_fields = ("=id",)
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
