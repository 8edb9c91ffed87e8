"""The admin's frame: roles, keys on their pages, and nothing that a strict policy would refuse."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from compliance.access.actions import issue_key, revoke_key
from compliance.access.models import ApiClient, ApiKey, Officer
from compliance.access.roles import ROLES, ensure_roles
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE
from tests.apps.access.support import PASSWORD, client_of, officer

pytestmark = pytest.mark.django_db
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(officer("chief", superuser=True))
    return client


def in_role(client: Client, role: str) -> Client:
    ensure_roles()
    from django.contrib.auth.models import Group

    user = officer(role.replace(" ", ""))
    user.groups.set([Group.objects.get(name=role)])
    client.force_login(user)
    return client


def test_the_text_of_a_new_key_is_on_one_page_once(chief: Client) -> None:
    api_client = client_of()
    data = {"client": str(api_client.pk), "scopes": ["check"], "lives": "90"}
    shown = chief.post(reverse("admin:access_apikey_add"), data)
    match = re.search(r"efk_[0-9a-f]{12}_([\w-]{43})", shown.content.decode())
    assert match
    assert shown["Cache-Control"].count("no-store") == 1
    key = ApiKey.objects.get()
    assert (key.client, key.scopes) == (api_client, ["check"])
    assert key.expires_at is not None
    for name in ("changelist", "change", "history"):
        args = [] if name == "changelist" else [key.pk]
        page = chief.get(reverse(f"admin:access_apikey_{name}", args=args)).content.decode()
        assert key.prefix in page
        assert match[1] not in page


def test_an_officer_makes_a_client_and_goes_on_to_its_key(chief: Client) -> None:
    answer = chief.post(reverse("admin:access_apiclient_add"), {"name": "Scan EU", "system": "scan-eu"})
    made = ApiClient.objects.get()
    assert answer["Location"] == f"{reverse('admin:access_apikey_add')}?client={made.pk}"
    assert Entry.objects.get(kind="access:client:created").actor_name == "chief"
    again = chief.post(reverse("admin:access_apiclient_add"), {"name": "Scan EU", "system": "scan-eu"})
    assert b"There is a client with this name" in again.content


def test_revoking_asks_for_a_reason_and_says_what_it_does(chief: Client) -> None:
    key = issue_key(client=client_of(), scopes=["check"], actor=SERVICE, at=clock.now()).key
    page = reverse("admin:access_apikey_revoke", args=[key.pk])
    assert b"refused at once" in chief.get(page).content
    chief.post(page, {"reason": ""})
    key.refresh_from_db()
    assert key.revoked_at is None
    assert chief.post(page, {"reason": "the laptop was lost"}).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
    latest = ApiKey.history.filter(id=key.pk).latest()
    assert (latest.history_user.username, latest.history_change_reason) == ("chief", "the laptop was lost")


def test_no_field_of_a_key_or_a_client_can_be_edited(chief: Client) -> None:
    key = issue_key(client=client_of(), scopes=["check"], actor=SERVICE, at=clock.now()).key
    before = ApiKey.objects.values().get(pk=key.pk)
    change = {"prefix": "x", "scopes": "requests:write", "secret_hash": "x", "expires_at_0": "2099-01-01", "revoked_at": ""}
    chief.post(reverse("admin:access_apikey_change", args=[key.pk]), change)
    chief.post(reverse("admin:access_apiclient_change", args=[key.client_id]), {"name": "x", "system": "x"})
    chief.post(reverse("admin:access_apikey_delete", args=[key.pk]), {"post": "yes"})
    assert ApiKey.objects.values().get(pk=key.pk) == before
    assert ApiClient.objects.get().name == "Scan EU"


def test_a_revoked_key_cannot_be_brought_back_from_its_history(chief: Client) -> None:
    key = issue_key(client=client_of(), scopes=["check"], actor=SERVICE, at=clock.now()).key
    revoke_key(key=key, actor=SERVICE, at=clock.now(), reason="lost")
    first = ApiKey.history.filter(id=key.pk).earliest()
    page = reverse("admin:access_apikey_simple_history", args=[key.pk, first.pk])
    assert b"Revert" not in chief.get(page).content
    chief.post(page, {"_save": "Revert"})
    key.refresh_from_db()
    assert key.revoked_at is not None


@pytest.mark.parametrize("role", ROLES)
def test_roles_get_their_rights_and_no_more(client: Client, role: str) -> None:
    browser = in_role(client, role)
    may_make_keys = role == "operator"
    assert browser.get(reverse("admin:index")).status_code == 200
    assert browser.get(reverse("admin:access_apikey_add")).status_code == (200 if may_make_keys else 403)
    assert browser.get(reverse("admin:access_officer_add")).status_code == 403
    assert browser.get(reverse("admin:dsar_request_changelist")).status_code == (403 if role == "operator" else 200)
    user = Officer.objects.get()
    assert user.has_perm("dsar.view_person") is (role in {"officer", "senior officer"})
    assert user.has_perm("dsar.decide_request") is (role in {"officer", "senior officer"})


def test_roles_can_be_made_again_and_lose_what_was_added_by_hand() -> None:
    from django.contrib.auth.models import Group, Permission

    assert ensure_roles() == []
    viewer = Group.objects.get(name="viewer")
    rights = set(viewer.permissions.all())
    viewer.permissions.add(Permission.objects.get(codename="change_officer"))
    ensure_roles()
    assert set(viewer.permissions.all()) == rights
    assert Group.objects.count() == len(ROLES)


def test_who_may_edit_accounts_cannot_give_themselves_more_rights(client: Client) -> None:
    from django.contrib.auth.models import Permission

    user = officer("kim")
    user.user_permissions.set(Permission.objects.filter(codename__in=["change_officer", "view_officer"]))
    client.force_login(user)
    form = {"username": "kim", "is_superuser": "on", "is_staff": "on", "is_active": "on", "first_name": "Kim", "change_reason": "a test"}
    client.post(reverse("admin:access_officer_change", args=[user.pk]), form)
    user.refresh_from_db()
    assert (user.first_name, user.is_superuser) == ("Kim", False)


def test_a_changed_account_is_in_the_ledger_without_its_values(chief: Client) -> None:
    user = officer("kim")
    form = {"username": "kim", "is_staff": "on", "is_active": "on", "first_name": "Canary", "change_reason": "a test"}
    chief.post(reverse("admin:access_officer_change", args=[user.pk]), form)
    entry = Entry.objects.get(kind="access:officer:changed")
    assert (entry.object_id, entry.actor_name) == (str(user.pk), "chief")
    assert "Canary" not in str(entry.payload)
    new = {"password1": f"{PASSWORD}!", "password2": f"{PASSWORD}!", "usable_password": "true"}
    chief.post(reverse("admin:auth_user_password_change", args=[user.pk]), new)
    user.refresh_from_db()
    assert user.check_password(f"{PASSWORD}!")
    assert [v.history_change_reason for v in user.history.all()[:2]] == ["password set by an officer", "a test"]
    assert [e.payload for e in Entry.objects.filter(kind="access:officer:changed").order_by("id")][1:] == [{"fields": ["password"]}]


def lists_and_forms() -> Iterator[str]:
    for model, model_admin in admin.site._registry.items():
        info = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{info}_changelist")
        if type(model_admin).has_add_permission is not type(model_admin).has_change_permission:
            yield reverse(f"{info}_add")


def test_no_page_of_the_admin_holds_inline_script_or_style(chief: Client) -> None:
    key = issue_key(client=client_of(), scopes=["check"], actor=SERVICE, at=clock.now()).key
    pages = [reverse("admin:index"), reverse("admin:password_change"), *lists_and_forms()]
    pages += [reverse(f"admin:access_apikey_{name}", args=[key.pk]) for name in ("change", "history", "revoke")]
    pages += [reverse("admin:access_officer_change", args=[Officer.objects.get().pk])]
    seen: dict[str, Any] = {}
    for page in pages:
        answer = chief.get(page)
        assert answer.status_code in {200, 403}, page
        assert "'unsafe" not in answer["Content-Security-Policy"]
        if found := INLINE.search(answer.content.decode()):
            seen[page] = found[0]
    assert len(pages) > 20
    assert seen == {}


def test_the_first_page_shows_what_needs_somebody_today(chief: Client) -> None:
    from tests.apps.delivery.support import promised

    assert b"Work that keeps failing" in chief.get(reverse("admin:index")).content
    row = promised()
    type(row).objects.filter(pk=row.pk).update(attempts=3, last_error="BackendFault: busy")
    page = chief.get(reverse("admin:index")).content.decode()
    card = re.search(r'<li class="card alert">(.*?)</li>', page, re.DOTALL)
    assert card
    assert "Work that keeps failing" in card[1]
    link = re.search(r'href="([^"]+)"', card[1])
    assert link
    assert str(row.pk) in chief.get(link[1].replace("&amp;", "&")).content.decode()
