"""Promises and signs of life in the admin: to look at, not to change."""

from django.contrib import admin

from compliance.audit.look_only import LookOnly
from compliance.delivery.models import Promise, Sign


@admin.register(Promise)
class PromiseAdmin(LookOnly):
    list_display = ("topic", "state", "due_at", "attempts", "last_error", "made_at", "kept_at")
    list_filter = ("state",)
    ordering = ("-made_at",)


@admin.register(Sign)
class SignAdmin(LookOnly):
    list_display = ("name", "at")
