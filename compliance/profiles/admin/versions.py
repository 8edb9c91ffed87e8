"""Versions of the promise in the admin: written as YAML, compared with what is in force, proposed for a second officer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.access.admin import ShownByActions
from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import officer
from compliance.core import clock
from compliance.core.errors import EffaceError, Invalid
from compliance.profiles.actions import propose_activation, read_text, store
from compliance.profiles.models import Profile
from compliance.profiles.queries import active
from compliance.profiles.rules import refusals
from compliance.profiles.rules.changes import as_yaml, compared

DECIDE = "profiles.decide_activation"


class VersionForm(forms.Form):
    """A promise in the format face-profile/1."""

    text = forms.CharField(
        label=_("The promise"), max_length=200_000, strip=False, widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "false"}),
        help_text=_("YAML in the format face-profile/1. Another text is a new version; nothing is enforced before two officers agree."),
    )  # fmt: skip  # read by groups


class ProposalForm(forms.Form):
    """When, and why."""

    effective_at = forms.DateTimeField(
        label=_("From this moment on (UTC)"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    why = forms.CharField(label=_("Why"), max_length=300, min_length=3)


@admin.register(Profile)
class ProfileAdmin(LookOnly, ShownByActions):
    list_display = ("title", "slug", "version", "state", "active_from", "stored_at")
    list_filter = ("state",)
    ordering = ("-stored_at",)
    fields = ("title", "slug", "version", "state", "active_from", "stored_at", "hash")
    change_form_template = "admin/profiles/profile/change_form.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("profiles.add_profile")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose_view)
        return [path("<uuid:pk>/propose/", view, name="profiles_profile_propose"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        found = Profile.objects.filter(pk=object_id).first() if _is_uuid(object_id) else None
        now = active()
        context = dict(extra_context or {})
        if found:
            context |= {
                "lines": compared(now.document if now else None, found.document),
                "in_force": now,
                "refusals": refusals(found.document, settings.SERVED_JURISDICTIONS),
                "may_add": self.has_add_permission(request),
                "may_propose": request.user.has_perm(DECIDE) and found.state != Profile.State.ACTIVE,
            }
        return super().change_view(request, object_id, form_url, context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Write a version; `?from=<id>` begins with the text of another."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        begin = request.GET.get("from", "")
        other = (Profile.objects.filter(pk=begin).first() if _is_uuid(begin) else None) or active()
        form = VersionForm(request.POST or None, initial={"text": as_yaml(other.document) if other else ""})
        if request.method == "POST" and form.is_valid() and (made := self.stored(request, form)):
            return redirect("admin:profiles_profile_change", made.pk)
        return self.page(request, str(_("New version of the promise")), form=form, button=_("Store it"))

    def stored(self, request: HttpRequest, form: VersionForm) -> Profile | None:
        try:
            document = read_text(form.cleaned_data["text"])
            made = store(document=document, actor=officer(request), at=clock.now())
        except Invalid as error:
            form.add_error("text", " ".join([error.detail, *(f"{part.pointer}: {part.detail}" for part in error.errors)]))
            return None
        messages.success(request, _("Stored as %(made)s. It is not enforced yet.") % {"made": made})
        return made

    def propose_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied
        found = get_object_or_404(Profile, pk=pk)
        form = ProposalForm(request.POST or None, initial={"effective_at": clock.now()})
        if request.method == "POST" and form.is_valid():
            try:
                made = propose_activation(
                    profile=found,
                    effective_at=_aware(form.cleaned_data["effective_at"]),
                    why=form.cleaned_data["why"],
                    actor=officer(request),
                    at=clock.now(),
                )
            except EffaceError as error:
                form.add_error(None, " ".join([error.detail, *(f"{part.pointer}: {part.detail}" for part in error.errors)]))
            else:
                messages.success(request, _("Proposed. A second officer must approve it."))
                return redirect("admin:profiles_activation_change", made.pk)
        effect = _("It becomes the promise that is enforced. Shorter windows bind what is stored already; longer ones do not.")
        return self.page(request, str(_("Propose %(profile)s") % {"profile": found}), form=form, button=_("Propose"), effect=effect)


def _aware(moment: datetime) -> datetime:
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
