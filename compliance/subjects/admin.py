"""Subjects in the admin: random ids and dates. References and contacts stay sealed; officers meet them in a request."""

from django.contrib import admin

from compliance.audit.look_only import LookOnly
from compliance.subjects.models import Subject


@admin.register(Subject)
class SubjectAdmin(LookOnly):
    list_display = ("id", "kind", "jurisdictions", "created_at", "last_interaction_at", "erased_at")
    list_filter = ("kind",)
    fields = ("id", "kind", "jurisdictions", "created_at", "last_interaction_at", "erased_at")
    search_fields = ("=id",)
    ordering = ("-created_at",)
