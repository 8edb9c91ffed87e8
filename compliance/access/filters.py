"""Filters of the admin's lists."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.access.models import ApiClient


class SystemFilter(admin.SimpleListFilter):
    """By connected system. Django's own filter would read the whole list, however long, to find which systems are in it."""

    title = _("system")
    parameter_name = "system"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(slug, slug) for slug in ApiClient.objects.order_by("system").values_list("system", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(system=self.value()) if self.value() else queryset
