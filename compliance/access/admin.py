"""Officers, API clients and API keys in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import CheckboxSelectMultiple, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from compliance.access import actions
from compliance.access.actions.officers import note_account
from compliance.access.forms import ClientForm, KeyForm, ReasonForm
from compliance.access.models import ApiClient, ApiKey, Officer
from compliance.audit.actions import save_with_history
from compliance.audit.with_reason import REASON, reason_field, without_reason
from compliance.audit.with_reason import officer as actor_of_officer
from compliance.core import clock

RIGHTS = ("is_staff", "is_superuser", "groups")


def changed_fields(message: Any) -> list[str]:
    """The names of the fields in Django's description of a change."""
    parts = message if isinstance(message, list) else []
    return [str(field) for part in parts if isinstance(part, dict) for inner in part.values() for field in inner.get("fields", [])]


class OfficerForm(UserChangeForm[Officer]):
    """An account, and why it is changed."""

    change_reason = reason_field()


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A new password; the history gets the fact as its reason, and never the password."""

    def save(self, commit: bool = True) -> Any:
        vars(self.user)["_change_reason"] = "password set by an officer"
        return super().save(commit)


@admin.register(Officer)
class OfficerAdmin(UserAdmin[Officer]):
    """Accounts are closed (not active), never deleted: history and ledger name them."""

    form = OfficerForm
    change_password_form = PasswordForm
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    readonly_fields = ("last_login", "date_joined")
    # Rights come with roles only: a right given to one person alone is found by nobody.
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("first_name", "last_name", "email")}),
        (gettext_lazy("Roles"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
        (None, {"fields": (REASON,)}),
    )
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **options, widget=CheckboxSelectMultiple)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may edit accounts must not be able to give themselves more rights."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *RIGHTS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        return shown if obj is None or self.has_change_permission(request, obj) else without_reason(shown)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_with_history(obj, actor=actor_of_officer(request), reason=form.cleaned_data.get(REASON, "account created"))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        note_account(officer=obj, verb="created", fields=[], actor=actor_of_officer(request), at=clock.now())
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        fields = changed_fields(message) or ["password"]
        note_account(officer=obj, verb="changed", fields=fields, actor=actor_of_officer(request), at=clock.now())
        return super().log_change(request, obj, message)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """One transaction for the password and its record; Django opens none here."""
        with transaction.atomic():
            answer: HttpResponse = super().user_change_password(request, id, form_url)
        return answer


class ShownByActions(SimpleHistoryAdmin):
    """Nothing is edited in a form of fields: what changes here changes through an action on a page of its own."""

    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_change_permission

    def page(self, request: HttpRequest, title: str, **context: Any) -> HttpResponse:
        """One of our own pages, in the admin's frame."""
        around = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": title}
        return TemplateResponse(request, "admin/access/act.html", {**around, **context})


@admin.register(ApiClient)
class ApiClientAdmin(ShownByActions):
    list_display = ("name", "system")
    search_fields = ("name", "system")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ClientForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            client = actions.create_client(**form.cleaned_data, actor=actor_of_officer(request), at=clock.now())
            return redirect(f"{reverse('admin:access_apikey_add')}?client={client.pk}")
        return self.page(request, _("New API client"), form=form, button=_("Create"))


@admin.register(ApiKey)
class ApiKeyAdmin(ShownByActions):
    """The hash of a key is nowhere on these pages; its text is on one page, once."""

    fields = ("prefix", "client", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    readonly_fields = fields
    list_display = ("__str__", "client", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("client",)
    list_select_related = ("client",)
    change_form_template = "admin/access/apikey/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        revoke = path("<uuid:pk>/revoke/", self.admin_site.admin_view(self.revoke_view), name="access_apikey_revoke")
        return [revoke, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = KeyForm(request.POST or None, initial={"client": request.GET.get("client", "")})
        if request.method == "POST" and form.is_valid():
            return self.issue(request, form)
        return self.page(request, _("New API key"), form=form, button=_("Make the key"))

    def issue(self, request: HttpRequest, form: KeyForm) -> HttpResponse:
        """Make the key and show it: in this answer, which no cache keeps, and nowhere else."""
        at = clock.now()
        new = actions.issue_key(
            client=form.cleaned_data["client"],
            scopes=form.cleaned_data["scopes"],
            actor=actor_of_officer(request),
            at=at,
            expires_at=form.expires_at(at),
        )
        around = {**self.admin_site.each_context(request), "opts": self.model._meta, "title": _("Your new key"), "key": new}
        return TemplateResponse(request, "admin/access/apikey/issued.html", around)

    def revoke_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        if not request.user.has_perm("access.change_apikey"):
            raise PermissionDenied
        key = get_object_or_404(ApiKey, pk=pk)
        form: Form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            actions.revoke_key(key=key, actor=actor_of_officer(request), at=clock.now(), reason=form.cleaned_data["reason"])
            self.message_user(request, _("The key is revoked. Calls with it are refused from now on."))
            return redirect("admin:access_apikey_change", key.pk)
        effect = _("Programs that use this key are refused at once. This cannot be undone.")
        return self.page(request, _("Revoke %(key)s") % {"key": key}, form=form, button=_("Revoke the key"), effect=effect)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Roles and their rights, to look at: `manage.py make_roles` makes them, and would undo a change by hand."""

    fields = ("name", "permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    has_delete_permission = has_change_permission
