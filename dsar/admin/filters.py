"""Filters of the list."""

from datetime import date, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.core import clock
from compliance.law import regimes
from dsar.models import Request
from dsar.rules.arrows import OPEN
from dsar.rules.words import SOON

# The value of the filter by law for requests without one: an empty one would be no link.
NO_LAW = "none"


def late(requests: QuerySet[Request], today: date) -> QuerySet[Request]:
    """Open requests past the day we work to."""
    return requests.filter(state__in=OPEN, due_safe__lt=today)


def soon(requests: QuerySet[Request], today: date) -> QuerySet[Request]:
    """Open requests whose day is today or within the next three."""
    return requests.filter(state__in=OPEN, due_safe__gte=today, due_safe__lte=today + timedelta(days=SOON))


class ClockFilter(SimpleListFilter):
    """By days left."""

    title = _("clock")
    parameter_name = "clock"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [("late", _("late")), ("soon", _("due within 3 days")), ("open", _("all open ones"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        today = clock.now().date()
        if self.value() == "late":
            return late(queryset, today)
        if self.value() == "soon":
            return soon(queryset, today)
        return queryset.filter(state__in=OPEN) if self.value() == "open" else queryset


class LawFilter(SimpleListFilter):
    """By the law that set the clock. The laws come from the tables of law: the list itself may be long."""

    title = _("law")
    parameter_name = "law"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        clocked = sorted((law.name, law.code) for law in regimes.laws().values() if law.requests == "own")
        return [(NO_LAW, _("no law sets a day")), *((code, name) for name, code in clocked)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        value = self.value()
        return queryset if value is None else queryset.filter(law="" if value == NO_LAW else value)


class ResidenceFilter(SimpleListFilter):
    """By where the person said they live."""

    title = _("lives in")
    parameter_name = "residence"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        said = Request.objects.order_by("residence").values_list("residence", flat=True).distinct()
        return [(place or "unsaid", place or _("not said")) for place in said]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        value = self.value()
        return queryset if value is None else queryset.filter(residence="" if value == "unsaid" else value)
