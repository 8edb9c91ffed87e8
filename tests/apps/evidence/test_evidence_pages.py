"""The check page, the public keys, downloads, and the admin."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.checks import run_checks
from django.db import transaction
from django.test import Client
from django.urls import reverse

from compliance.access.models import Officer
from compliance.audit.actions import record
from compliance.core.actor import SERVICE
from compliance.core.errors import NotFound
from compliance.evidence import checks, keys
from compliance.evidence.models import Document
from compliance.evidence.pages import document_response
from compliance.subjects.models import Subject

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def document(subject: Subject, *, supersedes: Document | None = None) -> Document:
    """A stored document; its files are stand-ins, because pages never look inside."""
    version = supersedes.version + 1 if supersedes else 1
    with transaction.atomic():
        entry = record(kind="evidence:document:sealed", object_id="x", actor=SERVICE, at=NOON, payload={}, subject_id=subject.pk)
        return Document.objects.create(
            kind="certificate",
            subject=subject,
            object_id="order-1",
            version=version,
            supersedes=supersedes,
            language="en",
            twin=b'{"a":1}',
            twin_sha256="a" * 64,
            pdf=b"%PDF-1.7",
            pdf_sha256="b" * 64,
            sealed_at=NOON + timedelta(days=version),
            entry=entry,
        )


def test_the_check_page_of_the_newest_version_says_valid_and_names_nobody(client: Client, ana: Subject) -> None:
    sealed = document(ana)
    response = client.get(f"/verify/{sealed.pk}")
    text = response.content.decode()
    assert response.status_code == 200
    assert "This number is valid" in text
    assert "b" * 64 in text
    assert str(ana.pk) not in text
    assert "order-1" not in text
    assert len(response.content) < 100_000


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("This number is valid", "certificate of destruction", "21 November 2026, 12:00 UTC")),
        ("es", ("Este número es válido", "certificado de destrucción", "21 de noviembre de 2026")),
        ("de", ("Diese Nummer ist gültig", "Bescheinigung der Vernichtung", "21. November 2026")),
        ("fr", ("Ce numéro est valable", "certificat de destruction", "21 novembre 2026")),
    ],
)
def test_the_check_page_speaks_four_languages(client: Client, ana: Subject, language: str, words: tuple[str, ...]) -> None:
    page = client.get(f"/verify/{document(ana).pk}", headers={"Accept-Language": language}).content.decode()
    assert [one for one in words if one not in page] == []


def test_the_check_page_of_an_old_version_leads_to_the_newer_one(client: Client, ana: Subject) -> None:
    first = document(ana)
    second = document(ana, supersedes=first)
    text = client.get(f"/verify/{first.pk}").content.decode()
    assert "A newer version has replaced this document" in text
    assert "This number is valid" not in text
    assert f"/verify/{second.pk}" in text
    assert "This number is valid" in client.get(f"/verify/{second.pk}").content.decode()


@pytest.mark.parametrize("number", ["not-a-number", "1234", "{0}", "%F0%9F%99%82", "x" * 3000, "00000000000000000000000000000000"])
def test_unknown_and_malformed_numbers_get_the_same_answer(client: Client, ana: Subject, number: str) -> None:
    assert client.get(f"/verify/{document(ana).pk}").status_code == 200
    unknown = client.get(f"/verify/{uuid.uuid4()}")
    malformed = client.get(f"/verify/{number}")
    assert (unknown.status_code, malformed.status_code) == (404, 404)
    assert malformed.content == unknown.content
    assert "We do not know this number" in unknown.content.decode()


def test_the_public_keys_are_public_and_the_private_ones_are_not(client: Client, signing_dir: Path) -> None:
    certificate = client.get("/keys/documents.crt")
    assert certificate.content == (signing_dir / "documents.crt").read_bytes()
    assert client.get("/keys/ledger.pub").content == (signing_dir / "ledger.pub").read_bytes()
    assert certificate["Content-Type"].startswith("text/plain")
    for private in ("documents.key", "ledger.key", "..%2Fdocuments.key"):
        assert client.get(f"/keys/{private}").status_code == 404


def test_a_key_that_was_not_made_yet_is_not_found(client: Client, signing_dir: Path) -> None:
    assert client.get("/keys/documents.crt").status_code == 200
    (signing_dir / "documents.crt").unlink()
    assert client.get("/keys/documents.crt").status_code == 404


def test_a_document_is_handed_over_as_a_file_that_browsers_do_not_guess_about(ana: Subject) -> None:
    sealed = document(ana)
    pdf = document_response(sealed, "pdf")
    assert pdf.content == b"%PDF-1.7"
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"] == f'attachment; filename="certificate-{sealed.pk}.pdf"'
    assert pdf["Content-Language"] == "en"
    assert (pdf["X-Content-Type-Options"], pdf["Cache-Control"]) == ("nosniff", "no-store")
    assert document_response(sealed, "json").content == b'{"a":1}'
    with pytest.raises(NotFound):
        document_response(sealed, "exe")


def test_a_number_alone_downloads_nothing(client: Client, ana: Subject) -> None:
    sealed = document(ana)
    for path in (f"/documents/{sealed.pk}.pdf", f"/verify/{sealed.pk}.pdf", f"/verify/{sealed.pk}/pdf"):
        assert client.get(path).status_code == 404
    assert client.get(reverse("admin:evidence_document_file", args=[sealed.pk, "pdf"])).status_code == 302


def officer(name: str, *rights: str) -> Officer:
    one = Officer.objects.create_user(name, password="a long enough password", is_staff=True)
    one.user_permissions.set(Permission.objects.filter(content_type__app_label="evidence", codename__in=rights))
    return one


def test_an_officer_who_may_see_documents_downloads_one_and_another_may_not(client: Client, ana: Subject) -> None:
    sealed = document(ana)
    address = reverse("admin:evidence_document_file", args=[sealed.pk, "pdf"])
    client.force_login(officer("olga", "view_document"))
    allowed = client.get(address)
    assert (allowed.status_code, allowed.content) == (200, b"%PDF-1.7")
    assert client.get(reverse("admin:evidence_document_file", args=[sealed.pk, "exe"])).status_code == 404
    client.force_login(officer("omar"))
    assert client.get(address).status_code == 403


def test_the_admin_shows_documents_and_changes_none(client: Client, ana: Subject) -> None:
    first = document(ana)
    document(ana, supersedes=first)
    client.force_login(officer("olga", "view_document", "change_document", "delete_document", "add_document"))
    listed = client.get(reverse("admin:evidence_document_changelist")).content.decode()
    assert "superseded by version 2" in listed
    page = client.get(reverse("admin:evidence_document_change", args=[first.pk]))
    assert page.status_code == 200
    assert reverse("admin:evidence_document_file", args=[first.pk, "pdf"]) in page.content.decode()
    assert client.post(reverse("admin:evidence_document_change", args=[first.pk]), {"version": 7}).status_code == 403
    assert client.get(reverse("admin:evidence_document_add")).status_code == 403
    assert client.post(reverse("admin:evidence_document_delete", args=[first.pk]), {"post": "yes"}).status_code == 403
    assert sorted(Document.objects.values_list("version", flat=True)) == [1, 2]


def test_keys_are_made_once_and_never_overwritten(tmp_path: Path) -> None:
    keys.create(tmp_path)
    key, certificate = (tmp_path / keys.KEY_NAME).read_bytes(), (tmp_path / keys.CERTIFICATE_NAME).read_bytes()
    assert (tmp_path / keys.KEY_NAME).stat().st_mode & 0o777 == 0o600
    keys.create(tmp_path)
    assert ((tmp_path / keys.KEY_NAME).read_bytes(), (tmp_path / keys.CERTIFICATE_NAME).read_bytes()) == (key, certificate)
    assert sorted(file.name for file in tmp_path.iterdir()) == [keys.CERTIFICATE_NAME, keys.KEY_NAME]


def test_a_lost_certificate_is_made_anew_for_the_same_key_and_a_lost_key_is_an_error(tmp_path: Path) -> None:
    keys.create(tmp_path)
    key = (tmp_path / keys.KEY_NAME).read_bytes()
    (tmp_path / keys.CERTIFICATE_NAME).unlink()
    keys.create(tmp_path)
    assert (tmp_path / keys.KEY_NAME).read_bytes() == key
    (tmp_path / keys.KEY_NAME).unlink()
    with pytest.raises(ValueError, match=r"documents\.crt has no documents\.key beside it"):
        keys.create(tmp_path)


def test_a_missing_pango_is_told_at_the_start_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [error for error in run_checks() if error.id == "evidence.E001"] == []
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    (error,) = [error for error in run_checks() if error.id == "evidence.E001"]
    assert error.hint == checks.REMEDY
