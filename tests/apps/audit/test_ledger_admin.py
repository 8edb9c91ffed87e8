"""Officers may look at the ledger, find an object's entries, and change nothing."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from compliance.access.models import Officer
from compliance.audit.actions import checkpoint, sequence
from compliance.audit.look_only import CappedPaginator
from compliance.audit.models import Checkpoint, Entry
from compliance.core.actor import SERVICE
from compliance.subjects.actions import create
from compliance.subjects.models import Subject
from tests.apps.audit.conftest import AT

pytestmark = pytest.mark.django_db(transaction=True)

Tell = Callable[..., list[Entry]]
LIST = "admin:audit_entry_changelist"


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(Officer.objects.create_superuser("ana", "ana@example.com", "a long enough password"))
    return client


def test_the_list_shows_what_happened_when_by_whom_to_what(office: Client, tell: Tell) -> None:
    tell(1, object_id="order-77")
    page = office.get(reverse(LIST)).content.decode()
    assert all(shown in page for shown in ("Request received", "Ana Alves", "officer", "order-77"))
    assert "Add entry" not in page
    assert 'name="action"' not in page


def test_a_search_finds_the_whole_id_and_only_that(office: Client, tell: Tell) -> None:
    tell(1, object_id="order-77")
    tell(1, object_id="order-778")
    page = office.get(reverse(LIST), {"q": "order-77"}).content.decode()
    assert "order-77<" in page
    assert "order-778<" not in page


def test_an_entry_shows_a_plain_payload_and_keeps_a_sealed_one_shut(office: Client, tell: Tell) -> None:
    plain = tell(1, payload={"days": 45})[0]
    sequence(at=AT)
    page = office.get(reverse("admin:audit_entry_change", args=[plain.pk])).content.decode()
    assert "&quot;days&quot;: 45" in page
    subject = create(kind=Subject.SubjectKind.DEPICTED, actor=SERVICE, at=AT)
    sealed = Entry.objects.get(subject_id=subject.pk)
    page = office.get(reverse("admin:audit_entry_change", args=[sealed.pk])).content.decode()
    assert "Sealed under the person&#x27;s key; not shown here." in page
    assert "depicted" not in page


def test_nobody_adds_changes_or_deletes_in_the_admin(office: Client, tell: Tell) -> None:
    entry = tell(1)[0]
    sequence(at=AT)
    checkpoint(at=AT)
    signed = Checkpoint.objects.get()
    page = office.get(reverse("admin:audit_checkpoint_change", args=[signed.pk])).content.decode()
    assert bytes(signed.root).hex() in page
    for model, key in (("entry", entry.pk), ("checkpoint", signed.pk)):
        assert office.get(reverse(f"admin:audit_{model}_add")).status_code == 403
        assert office.post(reverse(f"admin:audit_{model}_change", args=[key]), {"kind": "forged"}).status_code == 403
        assert office.post(reverse(f"admin:audit_{model}_delete", args=[key]), {"post": "yes"}).status_code == 403
    assert Entry.objects.get().kind == "dsar:request:received"


def test_the_list_counts_no_further_than_anybody_reads(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(5)
    assert CappedPaginator(Entry.objects.order_by("-id"), 50).count == 5
    monkeypatch.setattr(CappedPaginator, "most", 3)
    assert CappedPaginator(Entry.objects.order_by("-id"), 50).count == 3
