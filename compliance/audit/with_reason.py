"""The base of admin forms in which officers edit: a reason is asked for, and kept in the history and the ledger."""

from typing import Any, ClassVar

from django import forms
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from compliance.audit.actions import record, save_with_history
from compliance.core import clock
from compliance.core.actor import Actor

REASON = "change_reason"


def officer(request: HttpRequest) -> Actor:
    """The officer signed in to the admin, as an actor."""
    user: Any = request.user
    return Actor(user.get_full_name() or user.get_username(), "officer", user)


def reason_field() -> forms.CharField:
    """The question why, the same on every form."""
    return forms.CharField(label=_("Reason"), max_length=100, min_length=3, help_text=_("Kept in the history. No names, no addresses."))


class ReasonForm(forms.ModelForm[Any]):
    """A model form that also asks why."""

    change_reason = reason_field()


def without_reason(fieldsets: Any) -> Any:
    """The same form for those who may only look: there is nothing to give a reason for."""
    return [(title, {**part, "fields": [name for name in part["fields"] if name != REASON]}) for title, part in fieldsets]


class WithReason(SimpleHistoryAdmin):
    """Add and change with a reason; nothing is deleted. The ledger gets the names of the fields, never their values."""

    form: ClassVar[type[forms.ModelForm[Any]]] = ReasonForm
    actions = None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The reason comes last, on every form."""
        shown = super().get_fieldsets(request, obj)
        return shown if obj is None or self.has_change_permission(request, obj) else without_reason(shown)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """The row, its version and its entry in one transaction."""
        actor, at = officer(request), clock.now()
        save_with_history(obj, actor=actor, reason=form.cleaned_data[REASON])
        label = obj._meta.label_lower.replace(".", ":")
        record(
            kind=f"{label}:{'changed' if change else 'created'}",
            object_id=str(obj.pk),
            actor=actor,
            at=at,
            payload={"fields": sorted(set(form.changed_data) - {REASON})},
        )
