"""The base of every admin page for rows that nobody edits: states, history, evidence, the ledger."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property


class CappedPaginator(Paginator[Any]):
    """Counts no further than officers will page: counting a billion rows takes minutes, and nobody reads them."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows = cast("models.QuerySet[Any]", self.object_list)
        return rows.order_by().values("pk")[: self.most].count()


class LookOnly(admin.ModelAdmin[Any]):
    """No add, no change, no delete, no actions: states move through actions that record who and why."""

    actions = None
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    view_on_site = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
