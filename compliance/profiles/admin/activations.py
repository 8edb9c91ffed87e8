"""Activations in the admin: what would change, who proposed it, and the second officer's word."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from compliance.access.admin import ShownByActions
from compliance.access.admin_site import ENOUGH, Card, EffaceAdminSite
from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import officer
from compliance.core import clock
from compliance.core.errors import EffaceError
from compliance.profiles.actions import approve_activation, reject_activation
from compliance.profiles.admin.versions import DECIDE
from compliance.profiles.models import Activation
from compliance.profiles.queries import active
from compliance.profiles.rules.changes import compared

State = Activation.State
# verb -> title, states in which it is possible, what it does, action
ACTS: dict[str, tuple[Any, tuple[str, ...], Any, Callable[..., Activation]]] = {
    "approve": (
        _("Approve"),
        (State.PROPOSED,),
        _("From its moment on this is enforced, and people are told so."),
        approve_activation,
    ),
    "reject": (_("Reject"), (State.PROPOSED, State.APPROVED), _("Nothing changes. It can be proposed again."), reject_activation),
}


@admin.register(Activation)
class ActivationAdmin(LookOnly, ShownByActions):
    list_display = ("profile", "state", "effective_at", "proposed_by", "decided_by")
    list_filter = ("state",)
    list_select_related = ("profile",)
    ordering = ("-proposed_at",)
    fields = ("profile", "state", "effective_at", "why", ("proposed_by", "proposed_at"), ("decided_by", "decided_at"))
    change_form_template = "admin/profiles/activation/change_form.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<uuid:pk>/{verb}/", self.admin_site.admin_view(partial(self.act_view, verb=verb)), name=f"profiles_activation_{verb}")
            for verb in ACTS
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        found = self.get_object(request, object_id)
        now = active()
        context = dict(extra_context or {})
        if found:
            may = request.user.has_perm(DECIDE)
            context["steps"] = [(verb, title) for verb, (title, states, _e, _a) in ACTS.items() if may and found.state in states]
            context["lines"] = compared(now.document if now else None, found.profile.document)
        return super().change_view(request, object_id, form_url, context)

    def act_view(self, request: HttpRequest, pk: UUID, *, verb: str) -> HttpResponse:
        """One officer's word: says what it does, and does it by POST."""
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied
        found = get_object_or_404(Activation, pk=pk)
        title, _states, effect, act = ACTS[verb]
        if request.method == "POST":
            try:
                act(activation_id=pk, actor=officer(request), at=clock.now())
                messages.success(request, _("Done."))
            except EffaceError as error:
                messages.error(request, error.detail)
            return redirect("admin:profiles_activation_change", pk)
        return self.page(request, f"{title}: {found}", form=forms.Form(), button=title, effect=effect)


def waiting(_at: datetime) -> int:
    return Activation.objects.filter(state=State.PROPOSED)[: ENOUGH + 1].count()


cast(EffaceAdminSite, admin.site).register_cards(
    [
        Card(
            title=_("Profiles that wait for a second officer"),
            permission="profiles.view_activation",
            count=waiting,
            page="admin:profiles_activation_changelist",
            filters=lambda _at: "?state__exact=proposed",
        )
    ]
)
