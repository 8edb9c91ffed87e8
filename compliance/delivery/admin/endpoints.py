"""Webhook endpoints in the admin: each change is a page of its own with a reason; a secret is on one page, once."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin

from compliance.audit.look_only import CappedPaginator
from compliance.audit.with_reason import officer
from compliance.core import clock
from compliance.delivery.actions import NewSecret, create_endpoint, disable, enable, rotate_secret, send_test
from compliance.delivery.admin.forms import EndpointForm, SecretForm, WhyForm
from compliance.delivery.models import Endpoint


@admin.register(Endpoint)
class EndpointAdmin(SimpleHistoryAdmin):
    """Nothing is edited in a form of fields, and no page but the one after making it shows a secret."""

    actions = None
    paginator = CappedPaginator
    fields = ("url", "events", "enabled", "why", "made_at", "previous_until")
    readonly_fields = fields
    list_display = ("url", "enabled", "why", "made_at", "previous_until")
    list_filter = ("enabled",)
    ordering = ("url",)
    change_form_template = "admin/delivery/endpoint/change_form.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        pages = {"secret": self.secret_view, "disable": self.disable_view, "enable": self.enable_view, "test": self.test_view}
        ours = [
            path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(view), name=f"delivery_endpoint_{name}") for name, view in pages.items()
        ]
        return [*ours, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = EndpointForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self.issued(request, create_endpoint(**form.cleaned_data, actor=officer(request), at=clock.now()))
        return self.page(request, _("New webhook endpoint"), form=form, button=_("Make the endpoint"))

    def secret_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        endpoint = self.changeable(request, pk)
        form = SecretForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            new = rotate_secret(endpoint_id=pk, overlap=form.lasts, actor=officer(request), at=clock.now(), reason=reason)
            return self.issued(request, new)
        effect = _("From now on messages are signed with a new secret. It is shown once, on the next page.")
        return self.page(request, _("New secret for %(name)s") % {"name": endpoint}, form=form, button=_("Make a secret"), effect=effect)

    def disable_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        endpoint = self.changeable(request, pk)
        form = WhyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            disable(endpoint_id=pk, actor=officer(request), at=clock.now(), reason=form.cleaned_data["reason"])
            return self.back(request, pk, _("The endpoint is switched off."))
        effect = _("Nothing more is sent there. What happens meanwhile is in the change feed, not in messages for later.")
        return self.page(request, _("Switch off %(name)s") % {"name": endpoint}, form=form, button=_("Switch off"), effect=effect)

    def enable_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        endpoint = self.changeable(request, pk)
        form = WhyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            enable(endpoint_id=pk, actor=officer(request), at=clock.now(), reason=form.cleaned_data["reason"])
            return self.back(request, pk, _("The endpoint is switched on. It hears of what happens from now on."))
        effect = _("It hears of what happens from now on. What it missed is in the change feed; messages given up can be sent again.")
        return self.page(request, _("Switch on %(name)s") % {"name": endpoint}, form=form, button=_("Switch on"), effect=effect)

    def test_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        endpoint = self.changeable(request, pk)
        if request.method == "POST":
            message = send_test(endpoint_id=pk, actor=officer(request), at=clock.now())
            self.message_user(request, _("The test is on its way. Load this page again to see what came of it."))
            return redirect("admin:delivery_message_change", message.pk)
        effect = _("A signed message of the type efface.test is sent. It tells of nothing and changes nothing.")
        return self.page(request, _("Test %(name)s") % {"name": endpoint}, form=Form(), button=_("Send the test"), effect=effect)

    def changeable(self, request: HttpRequest, pk: UUID) -> Endpoint:
        if not request.user.has_perm("delivery.change_endpoint"):
            raise PermissionDenied
        return get_object_or_404(Endpoint, pk=pk)

    def back(self, request: HttpRequest, pk: UUID, words: str) -> HttpResponse:
        self.message_user(request, words)
        return redirect("admin:delivery_endpoint_change", pk)

    def issued(self, request: HttpRequest, new: NewSecret) -> HttpResponse:
        """Show the secret: in this answer, which no cache keeps, and nowhere else."""
        around = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": _("Your new secret"), "new": new}
        return TemplateResponse(request, "admin/delivery/endpoint/issued.html", around)

    def page(self, request: HttpRequest, title: str, **context: Any) -> HttpResponse:
        around = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": title}
        return TemplateResponse(request, "admin/access/act.html", {**around, **context})
