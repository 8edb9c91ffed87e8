"""What officers see of training: datasets, snapshots, models and the people behind them, uses, and the ledger (O15)."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from compliance.access.filters import SystemFilter
from compliance.audit.look_only import LookOnly
from compliance.core import clock
from consent.admin import training_pages as pages
from consent.models import Dataset, ModelVersion, Remediation, Snapshot, Use
from consent.queries.training import became, counts, destroyed_at
from consent.rules.training import State

SHOWN = 100


class WithPage(LookOnly, SimpleHistoryAdmin):
    """A row with a page of its own in place of a form of fields."""

    page_template = ""

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is None or request.method not in {"GET", "HEAD"}:
            raise Http404
        around = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": str(found), "row": found}
        return TemplateResponse(request, self.page_template, {**around, **self.about(found)})

    def about(self, found: Any) -> dict[str, Any]:
        raise NotImplementedError


@admin.register(Dataset)
class DatasetAdmin(WithPage):
    list_display = ("name", "purpose", "system", "made_at")
    list_filter = ("purpose", SystemFilter)
    ordering = ("system", "name")
    page_template = "admin/consent/dataset.html"

    def about(self, found: Dataset) -> dict[str, Any]:
        newest = found.snapshots.prefetch_related("models").order_by("-at")
        return {"snapshots": newest[:SHOWN], "shown": SHOWN}


@admin.register(Snapshot)
class SnapshotAdmin(LookOnly):
    list_display = ("id", "dataset", "at", "asked", "allowed")
    list_select_related = ("dataset",)
    search_fields = ("=id",)
    fields = ("id", "dataset", "at", "asked", "allowed", "manifest_sha256", "signature")
    ordering = ("-at",)


@admin.register(ModelVersion)
class ModelVersionAdmin(WithPage):
    list_display = ("__str__", "kind", "system", "trained_at", "destroyed_at")
    list_filter = ("kind", SystemFilter)
    search_fields = ("=id",)
    ordering = ("system", "name", "version")
    page_template = "admin/consent/model.html"

    def about(self, found: ModelVersion) -> dict[str, Any]:
        at = clock.now()
        people, withdrew, states = counts(found, at)
        return {
            "snapshots": found.snapshots.select_related("dataset").order_by("at"),
            "people": people,
            "withdrew": withdrew,
            "states": [(State(state).label, count) for state, count in states.items()],
            "ended": became(found, at, SHOWN),
            "ended_at": destroyed_at(found),
            "shown": SHOWN,
        }


@admin.register(Remediation)
class RemediationAdmin(LookOnly):
    """What was recorded; and around it the ledger, the page of one person, and the form."""

    list_display = ("model", "state", "subject", "at", "attested_by")
    list_select_related = ("model", "subject")
    list_filter = ("state",)
    search_fields = ("=id", "=model__id")
    search_help_text = _("The whole number of a record, or of a model")
    fields = ("id", "model", "release", "subject", "state", "method", "metric", "attested_by", "at")
    ordering = ("-at",)
    change_list_template = "admin/consent/training/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Any] = {
            "ledger/": ("consent_training", pages.ledger),
            "person/<uuid:number>/": ("consent_training_person", pages.person),
            "<uuid:model_id>/<uuid:release_id>/record/": ("consent_training_record", pages.record),
        }
        own = [path(at, self.admin_site.admin_view(view), {"page": self}, name=name) for at, (name, view) in views.items()]
        return [*own, *super().get_urls()]


@admin.register(Use)
class UseAdmin(LookOnly):
    list_display = ("at", "kind", "purpose", "recipient", "reason", "system", "subject")
    list_select_related = ("subject",)
    list_filter = ("kind", SystemFilter)
    search_fields = ("=id",)
    fields = ("id", "at", "kind", "system", "subject", "purpose", "recipient", "exception", "external_id", "release", "reason")
    ordering = ("-at",)
