"""An officer edits with a reason; the history and the ledger keep who, when and why; a token is never shown again."""

from typing import Any

import pytest
from django.test import Client

from compliance.access.models import Officer
from compliance.audit.models import Entry
from compliance.backend.models import System
from compliance.core.keys import service_sealer
from compliance.profiles.models import Party
from tests import factories

pytestmark = pytest.mark.django_db
TOKEN = "a-token-that-nobody-may-see"


@pytest.fixture
def root(client: Client, settings: Any) -> Client:
    settings.BACKEND_ALLOW = ["127.0.0.1:8001"]
    client.force_login(Officer.objects.create_superuser("root", password="a long enough password"))
    return client


def connect(root: Client, **changes: str) -> Any:
    data = {"slug": "scan-eu", "name": "Scan EU", "base_url": "http://127.0.0.1:8001", "token": TOKEN, "change_reason": "first connection"}
    return root.post("/admin/backend/system/add/", data | changes)


def test_a_system_is_connected_with_a_reason_and_its_token_is_sealed(root: Client) -> None:
    assert connect(root).status_code == 302
    system = System.objects.get()
    version = system.history.get()
    assert (version.history_change_reason, version.history_user.username) == ("first connection", "root")
    assert TOKEN not in str(System.objects.values().get())
    assert service_sealer().open("backend.system:scan-eu", bytes(system.token_sealed)) == TOKEN
    page = root.get("/admin/backend/system/scan-eu/change/").content.decode()
    assert "Scan EU" in page
    assert TOKEN not in page
    assert Entry.objects.filter(kind="backend:system:connected").count() == 1


def test_a_change_without_a_reason_is_refused_and_nothing_is_stored(root: Client) -> None:
    assert connect(root, change_reason="").status_code == 200
    assert not System.objects.exists()


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254", "https://user:pass@scan.example.com", "ftp://scan.example.com", "http://scan.example.com"]
)
def test_x29_an_address_that_can_never_be_a_backend_is_refused_in_the_form(root: Client, url: str) -> None:
    answer = connect(root, base_url=url)
    assert answer.status_code == 200
    assert not System.objects.exists()


def test_changing_the_name_keeps_the_token(root: Client) -> None:
    connect(root)
    answer = root.post(
        "/admin/backend/system/scan-eu/change/",
        {"name": "Scan Europe", "base_url": "http://127.0.0.1:8001", "token": "", "change_reason": "renamed"},
    )
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    system = System.objects.get()
    assert system.name == "Scan Europe"
    assert service_sealer().open("backend.system:scan-eu", bytes(system.token_sealed)) == TOKEN
    assert [v.history_change_reason for v in system.history.all()] == ["renamed", "first connection"]


def test_a_new_address_needs_its_token_so_that_the_stored_one_is_not_sent_there(root: Client, settings: Any) -> None:
    connect(root)
    settings.BACKEND_ALLOW = ["127.0.0.1:8001", "127.0.0.1:8203"]
    moved = {"name": "Scan EU", "base_url": "http://127.0.0.1:8203", "token": "", "change_reason": "moved"}
    assert root.post("/admin/backend/system/scan-eu/change/", moved).status_code == 200
    assert System.objects.get().base_url == "http://127.0.0.1:8001"


def test_a_party_is_kept_with_its_reason_and_cannot_be_deleted(root: Client) -> None:
    data = {
        "slug": "gpu",
        "name": "GPU Host",
        "role": "processor",
        "country": "US",
        "purpose": "Runs scans",
        "change_reason": "contract signed",
    }
    assert root.post("/admin/profiles/party/add/", data).status_code == 302
    assert Party.objects.get().history.get().history_change_reason == "contract signed"
    assert Entry.objects.filter(kind="profiles:party:created").count() == 1
    assert root.get("/admin/profiles/party/gpu/delete/").status_code == 403


def test_officers_have_a_history_without_passwords(root: Client) -> None:
    olga = factories.officer("olga")
    fields = {field.name for field in Officer.history.model._meta.fields}
    assert "password" not in fields
    assert olga.history.count() >= 1


def test_nobody_without_the_right_edits_a_system(client: Client) -> None:
    client.force_login(factories.officer("vera", "viewer"))
    assert client.get("/admin/backend/system/add/").status_code == 403


def test_an_officers_account_is_changed_with_a_reason_and_without_one_not_at_all(root: Client) -> None:
    olga = factories.officer("olga")
    data = {"username": "olga", "first_name": "Olga", "last_name": "Other", "is_active": "on", "is_staff": "on"}
    assert root.post(f"/admin/access/officer/{olga.pk}/change/", data).status_code == 200
    assert Officer.objects.get(pk=olga.pk).last_name == "Officer"
    answer = root.post(f"/admin/access/officer/{olga.pk}/change/", {**data, "change_reason": "she married"})
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    version = Officer.objects.get(pk=olga.pk).history.first()
    assert (version.last_name, version.history_change_reason, version.history_user.username) == ("Other", "she married", "root")
