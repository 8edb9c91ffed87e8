"""Connected systems in the admin: their condition at a glance; a token is typed once and never shown again."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.access.admin_site import Card, EffaceAdminSite
from compliance.audit.with_reason import REASON, ReasonForm, WithReason, officer
from compliance.backend.actions import connect
from compliance.backend.models import Condition, System
from compliance.core import clock
from compliance.core.errors import Invalid
from compliance.core.keys import service_sealer
from compliance.delivery.guard import check


class ConnectForm(ReasonForm):
    """A system's address and token. The token may stay empty when only the name or address changes."""

    token = forms.CharField(
        label=_("Bearer token"), required=False, max_length=500, strip=True, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    class Meta:
        model = System
        fields = ("slug", "name", "base_url")

    def clean_base_url(self) -> str:
        url: str = self.cleaned_data["base_url"]
        try:
            check(url)
        except Invalid as error:
            raise ValidationError(error.detail) from None
        return url

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if token and not (token.isascii() and token.isprintable()):
            raise ValidationError(_("A token has visible ASCII characters only."))
        if not token and self.instance._state.adding:
            raise ValidationError(_("A new system needs the token that it expects from us."))
        # The stored token goes only where it was meant to go: another address has to prove that somebody knows it.
        if not token and "base_url" in self.changed_data:
            raise ValidationError(_("A new address needs its token: the stored one is not sent to another place."))
        return token


@admin.register(System)
class SystemAdmin(WithReason):
    form = ConnectForm
    list_display = ("name", "slug", "base_url", "doing", "last_success")
    fields = ("slug", "name", "base_url", "token", REASON, "doing", "stores")
    readonly_fields = ("doing", "stores")
    ordering = ("name",)
    list_select_related = ("condition",)

    def get_readonly_fields(self, request: HttpRequest, obj: System | None = None) -> Any:
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the action: it checks the address, seals the token, and keeps version and entry."""
        token = form.cleaned_data["token"]
        if not token:
            stored = System.objects.get(pk=obj.pk)
            token = service_sealer().open(f"backend.system:{obj.pk}", bytes(stored.token_sealed))
        connect(
            slug=obj.slug,
            name=obj.name,
            base_url=obj.base_url,
            token=token,
            actor=officer(request),
            at=clock.now(),
            reason=form.cleaned_data[REASON],
        )

    @admin.display(description=_("doing"))
    def doing(self, system: System) -> str:
        condition = getattr(system, "condition", None)
        if condition is None or condition.described_at is None:
            return str(_("not asked yet"))
        if condition.open_until and condition.open_until > clock.now():
            return str(_("left alone until {until:%H:%M:%S} UTC: {error}")).format(until=condition.open_until, error=condition.last_error)
        return condition.last_error or str(_("well"))

    @admin.display(description=_("last answer"))
    def last_success(self, system: System) -> Any:
        condition = getattr(system, "condition", None)
        return condition and condition.last_success_at

    @admin.display(description=_("stores, as the system describes them"))
    def stores(self, system: System) -> str:
        condition = getattr(system, "condition", None)
        rows = condition.stores if condition else []
        return (
            "\n".join(f"{s['name']} ({s['kind']}): purge {s['purge']}, backups {s['backup_max_age'] or 'not stated'}" for s in rows) or "-"
        )


def in_trouble(_at: datetime) -> int:
    return Condition.objects.exclude(last_error="").count()


cast(EffaceAdminSite, admin.site).register_cards(
    [
        Card(
            title=_("Systems in trouble"),
            permission="backend.view_system",
            count=in_trouble,
            page="admin:backend_system_changelist",
            urgent=True,
        )
    ]
)
