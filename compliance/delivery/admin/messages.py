"""Webhook messages in the admin: what became of each, and those given up, to be sent again."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import officer
from compliance.core import clock
from compliance.delivery.actions import replay
from compliance.delivery.admin.forms import WhyForm
from compliance.delivery.models import Message

# As many as stand on one page of the list: their ids travel in the address.
MOST = 50


@admin.register(Message)
class MessageAdmin(LookOnly):
    list_display = ("event", "endpoint", "state", "attempts", "last_result", "next_at", "made_at", "done_at")
    list_filter = ("state", "endpoint")
    list_select_related = ("endpoint",)
    fields = ("id", "about", "round", *list_display)
    ordering = ("-made_at",)
    actions = ("send_again",)  # type: ignore[assignment]  # the base has none, and is typed so
    change_form_template = "admin/delivery/message/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        again = path("replay/", self.admin_site.admin_view(self.replay_view), name="delivery_message_replay")
        return [again, *super().get_urls()]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("delivery.change_message"))

    @admin.action(description=gettext_lazy("Send again what was given up"), permissions=["replay"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> HttpResponse:
        """On to the page that asks why."""
        chosen = queryset.filter(state=Message.State.DEAD).order_by("made_at").values_list("pk", flat=True)[:MOST]
        return HttpResponseRedirect(f"{reverse('admin:delivery_message_replay')}?ids={','.join(map(str, chosen))}")

    def replay_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_replay_permission(request):
            raise PermissionDenied
        ids = chosen(request.GET.get("ids", ""))
        form = WhyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            count = replay(ids=ids, actor=officer(request), at=clock.now(), reason=form.cleaned_data["reason"])
            words = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count)
            self.message_user(request, words % {"count": count})
            return redirect("admin:delivery_message_changelist")
        count = Message.objects.filter(pk__in=ids, state=Message.State.DEAD).count()
        effect = ngettext(
            "%(count)s message that was given up is sent again, under the same id: a receiver that has seen it knows it.",
            "%(count)s messages that were given up are sent again, under the same ids: a receiver that has seen one knows it.",
            count,
        )
        around: dict[str, Any] = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": _("Send again")}
        page = {"form": form, "button": _("Send again"), "effect": effect % {"count": count}}
        return TemplateResponse(request, "admin/access/act.html", {**around, **page})


def chosen(text: str) -> list[UUID]:
    """The ids in an address; what is none is left out."""
    found = []
    for part in text.split(",")[:MOST]:
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return found
