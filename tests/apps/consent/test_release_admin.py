"""Officers add papers, write down withdrawals and download papers, each with a reason; nobody else does."""

import hashlib
import os
import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pikepdf import Dictionary, Name

from compliance.audit.models import Entry
from compliance.core import clock
from consent.actions.paper import OnPaper, record_paper
from consent.models import Paper, Release
from consent.queries import current_notice
from consent.queries.releases import content_of, document_of
from tests.apps.consent.consent_cast import OFFICER, World, signed
from tests.apps.consent.release_cast import company, link_for, pdf, person, sign_as
from tests.factories import officer

pytestmark = pytest.mark.django_db


def opens_a_script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def add_paper(reference: str = "ana") -> Release:
    paper = OnPaper(
        notice_id=current_notice("face_scan").pk, role="self", name="Ana Example", signed_on=clock.now().date(), content=pdf(pages=2)
    )
    return record_paper(reference=reference, paper=paper, reason="came by letter", actor=OFFICER, at=clock.now())


@pytest.fixture
def olga(world: World) -> Client:
    """An officer who may record releases and look at papers."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(officer("olga", "officer"))
    return browser


def post(browser: Client, address: str, **fields: Any) -> Any:
    page = browser.get(address)
    assert page.status_code == 200
    token = page.context["csrf_token"]
    return browser.post(address, {"csrfmiddlewaretoken": str(token), **fields})


def upload(content: bytes, name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def the_form(**changes: Any) -> dict[str, Any]:
    whole = {
        "reference": "ana",
        "notice": str(current_notice("face_scan").pk),
        "role": "self",
        "name": "Ana Example",
        "signed_on": clock.now().date().isoformat(),
        "content": upload(pdf()),
        "confirmed": "on",
        "reason": "came by letter",
    }
    return whole | changes


def test_an_officer_adds_a_paper_in_the_admin_and_no_address_holds_the_reference(olga: Client) -> None:
    person("ana")
    address = reverse("admin:consent_release_paper")
    answer = post(olga, address, **the_form())
    release = Release.objects.get()
    assert answer["Location"] == reverse("admin:consent_release_change", args=[release.pk])
    page = olga.get(answer["Location"]).content.decode()
    assert "paper" in page
    assert "Ana Example" not in page
    assert Release.history.model.objects.filter(id=release.pk).latest("history_date").history_user.username == "olga"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"confirmed": ""}, "This field is required"),
        ({"reason": ""}, "This field is required"),
        ({"reference": "nobody"}, "No record has this reference"),
        ({"content": upload(pdf(change=opens_a_script))}, "starts something by itself"),
        ({"content": upload(b"MZ", "scan.pdf.exe")}, "not a PDF"),
        ({"role": "agent"}, "Select a valid choice"),
        ({"role": "parent", "authority": upload(pdf()), "authority_what": "birth certificate"}, "A parent signs for a person under age"),
    ],
)
def test_the_admin_says_at_the_field_what_is_wrong_and_stores_nothing(olga: Client, changes: dict[str, Any], says: str) -> None:
    person("ana")
    answer = post(olga, reverse("admin:consent_release_paper"), **the_form(**changes))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Paper.objects.exists()


def test_a_person_nobody_knows_gets_a_record_only_when_the_officer_says_so(olga: Client, world: World) -> None:
    address = reverse("admin:consent_release_paper")
    [box] = re.findall(r'<input[^>]* name="make_record"[^>]*>', olga.get(address).content.decode())
    assert "checked" not in box
    assert post(olga, address, **the_form(reference="new")).status_code == 422
    assert world.reason("new") == "unknown_subject"
    assert post(olga, address, **the_form(reference="new", make_record="on")).status_code == 302
    assert world.reason("new") == "active"
    # Who is known already stays one person.
    assert post(olga, address, **the_form(reference="new", make_record="on")).status_code == 302
    assert Release.objects.values("subject").distinct().count() == 1


def test_a_paper_leaves_as_a_download_and_is_never_shown(olga: Client) -> None:
    person("ana")
    add_paper()
    paper = Paper.objects.get()
    address = reverse("admin:consent_paper_file", args=[paper.pk])
    assert "Content-Disposition" not in olga.get(address)
    assert post(olga, address, reason="").status_code == 422
    answer = post(olga, address, reason="a complaint")
    assert answer.content == content_of(paper)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="release-{paper.pk}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Entry.objects.filter(kind="consent:paper:opened").count() == 1
    shown = olga.get(reverse("admin:consent_paper_change", args=[paper.pk])).content.decode()
    assert not {"<embed", "<iframe", "<object"} & set(shown.split())


def test_an_officer_writes_down_a_withdrawal_that_came_by_phone(olga: Client, world: World) -> None:
    release = signed("ben")
    page = olga.get(reverse("admin:consent_release_change", args=[release.pk])).content.decode()
    address = reverse("admin:consent_release_withdraw", args=[release.pk])
    assert address in page
    assert world.reason("ben") == "active"
    answer = post(olga, address, channel="phone", reason="called us")
    assert answer["Location"] == reverse("admin:consent_release_change", args=[release.pk])
    assert world.reason("ben") == "withdrawn"
    newest = Release.history.model.objects.filter(id=release.pk).latest("history_date")
    assert (newest.history_user.username, newest.history_change_reason) == ("olga", "phone: called us")
    assert address not in olga.get(answer["Location"]).content.decode()


def test_who_may_only_look_records_nothing_and_opens_nothing(world: World) -> None:
    person("ana")
    release = add_paper()
    paper = Paper.objects.get()
    browser = Client()
    browser.force_login(officer("vera", "viewer"))
    addresses = [
        reverse("admin:consent_release_paper"),
        reverse("admin:consent_release_withdraw", args=[release.pk]),
        reverse("admin:consent_paper_file", args=[paper.pk]),
    ]
    for address in addresses:
        assert browser.get(address).status_code == 403
        assert browser.post(address, {"channel": "phone", "reason": "because"}).status_code == 403
    assert Release.objects.get().state == "active"


def test_the_release_page_tells_role_channel_piece_and_the_way_to_receipts(olga: Client) -> None:
    company()
    poster = sign_as(link_for("ana", "marketing", piece="Poster 7"))
    page = olga.get(reverse("admin:consent_release_change", args=[poster.pk])).content.decode()
    for words in ("Poster 7", "hosted page", "none: the person signed", f"?q={poster.pk}"):
        assert words in page
    assert bytes(poster.evidence_sealed).hex() not in page
    assert olga.get(reverse("admin:consent_release_changelist")).status_code == 200
    assert timedelta(0) < poster.expires_at - poster.signed_at


def test_d2_an_officer_reads_the_exact_text_that_was_signed_and_sees_that_its_hash_still_matches(olga: Client) -> None:
    release = signed("ana")
    address = reverse("admin:consent_release_text", args=[release.pk])
    assert f'href="{address}"' in olga.get(reverse("admin:consent_release_change", args=[release.pk])).content.decode()
    page = unescape(olga.get(address).content.decode())
    [shown] = re.findall(r"<pre[^>]*>(.*)</pre>", page, re.DOTALL)
    assert shown.encode() == document_of(release)
    assert hashlib.sha256(shown.encode()).hexdigest() == release.text_hash
    assert release.text_hash in page
    assert "The stored hash matches" in page
    assert olga.get(reverse("admin:consent_release_text", args=[UUID(int=1)])).status_code == 404
    assert post(olga, reverse("admin:consent_release_change", args=[release.pk])).status_code in {403, 405}


def test_d2_a_text_that_is_not_what_was_signed_is_never_shown_as_if_it_were(olga: Client) -> None:
    release = signed("ana")
    release.text_hash = "0" * 64
    release.save()
    page = olga.get(reverse("admin:consent_release_text", args=[release.pk])).content.decode()
    assert "The stored hash matches" not in page
    assert "is not what was signed" in page
    assert "<pre" not in page


def test_d2_the_signed_text_is_for_those_who_may_see_releases(world: World) -> None:
    release = signed("ana")
    browser = Client()
    browser.force_login(officer("otto", "operator"))
    assert browser.get(reverse("admin:consent_release_text", args=[release.pk])).status_code == 403


def test_five_megabytes_pass_and_more_is_refused(olga: Client) -> None:
    person("ana")
    noise = os.urandom(4_500_000)
    big = pdf(change=lambda document: setattr(document.pages[0], "Contents", document.make_stream(noise)), compress_streams=False)
    assert post(olga, reverse("admin:consent_release_paper"), **the_form(content=upload(big))).status_code == 302
    larger = upload(BytesIO(b"%PDF-1.7" + b"0" * 6_500_000).getvalue())
    address = reverse("admin:consent_release_paper")
    assert post(olga, address, **the_form(content=larger)).status_code == 413
