"""The officer's review of drafts in the admin: everything to judge by on one page, and a button that publishes exactly that."""

import re

import pytest
from django.test import Client, override_settings

from compliance.access.models import Officer
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.profiles.actions import activate, store
from compliance.retention.management.commands.load_demo import CONTROLLER
from consent.actions import describe
from consent.models import Controller, Notice
from consent.rules.texts import LOCALES
from tests import factories
from tests.apps.consent.consent_cast import OFFICER, World, activated, starter

pytestmark = pytest.mark.django_db
LIST, SCAN = "/admin/consent/notice/review/", "/admin/consent/notice/review/face_scan/"


def admin(*roles: str) -> Client:
    name, browser = "olga" + "".join(roles), Client()
    browser.force_login(Officer.objects.filter(username=name).first() or factories.officer(name, *roles))
    return browser


def promised() -> None:
    """A profile, and nothing published from it yet."""
    at = clock.now()
    activate(profile=store(document=starter("thirty-days"), actor=OFFICER, at=at), actor=OFFICER, at=at, reason="test")


def reviewed(page: str) -> str:
    return str(re.findall(r'name="reviewed" value="([0-9a-f]{64})"', page)[0])


def test_olga_reads_a_draft_in_four_languages_with_the_sentence_behind_each_element_and_publishes_it() -> None:
    promised()
    describe(**CONTROLLER, actor=OFFICER, at=clock.now())
    olga = admin("officer")
    assert "never published" in olga.get(LIST).content.decode()
    page = olga.get(SCAN).content.decode()
    assert all(f'lang="{locale}"' in page for locale in LOCALES)
    assert all(law in page for law in ("740 ILCS 14/15(b)(2)", "C.R.S. 6-1-1314(4)(a)(III)", "Art. 13(2)(ca)", "11 CCR 7012(e)"))
    assert "We do not use your face to improve our services unless you allow it in a release of its own." in page
    assert "nobody must be asked again" in page
    assert not Notice.objects.exists(), "to look writes nothing"
    answer = olga.post(SCAN, {"reviewed": reviewed(page)}, follow=True)
    assert "Published in 4 languages: version 1." in answer.content.decode()
    assert {(notice.purpose, notice.locale, notice.version) for notice in Notice.objects.all()} == {
        ("face_scan", locale, 1) for locale in LOCALES
    }
    assert Notice.history.filter(history_user__username="olgaofficer").count() == len(LOCALES)
    assert Entry.objects.filter(kind="consent:notice:published").count() == len(LOCALES)
    after = olga.get(SCAN).content.decode()
    assert "published, version 1" in after
    assert 'name="reviewed"' not in after


def test_what_changed_while_olga_read_is_not_published(world: World) -> None:
    olga = admin("officer")
    with override_settings(OPERATOR_NAME="Other Studio"):
        page = olga.get(SCAN).content.decode()
        describe(**CONTROLLER | {"address": "2 Other Street"}, actor=OFFICER, at=clock.now())
        answer = olga.post(SCAN, {"reviewed": reviewed(page)})
        assert answer.status_code == 409
        assert "The draft changed while you read it." in answer.content.decode()
        assert reviewed(answer.content.decode()) != reviewed(page)
    assert not Notice.objects.filter(version=2).exists()


def test_c12_the_page_says_that_people_must_be_asked_again_and_why(world: World) -> None:
    document = starter("thirty-days")
    document["artifacts"]["original_upload"]["until"] = ["uploaded + P90D"]
    at = clock.now()
    activate(profile=store(document=document, actor=OFFICER, at=at), actor=OFFICER, at=at, reason="test")
    olga = admin("officer")
    page = olga.get(SCAN).content.decode()
    assert "people must be asked again" in page
    assert "may be kept longer: 37 days after the upload became 90 days after the upload" in page
    assert "Publish, and ask people again" in page
    assert "Notices to review and publish" in olga.get("/admin/").content.decode()
    olga.post(SCAN, {"reviewed": reviewed(page)})
    assert set(Notice.objects.filter(purpose="face_scan", version=2).values_list("reach", flat=True)) == {2}


def test_a_draft_that_says_too_little_has_no_button_and_says_what_to_do() -> None:
    promised()
    olga = admin("officer")
    page = olga.get(SCAN).content.decode()
    assert "This text cannot be published yet. The law wants more:" in page
    assert "Fill in the address in the controller’s particulars." in page
    assert 'name="reviewed"' not in page
    answer = olga.post(SCAN, {"reviewed": "0" * 64})
    assert answer.status_code == 409
    assert not Notice.objects.exists()


def test_only_officers_with_the_right_publish_and_a_viewer_reads(world: World) -> None:
    activated(starter("thirty-days"))
    with override_settings(OPERATOR_NAME="Other Studio"):
        page = admin("officer").get(SCAN).content.decode()
        vera, adam = admin("viewer"), admin("operator")
        assert 'name="reviewed"' not in vera.get(SCAN).content.decode()
        assert vera.post(SCAN, {"reviewed": reviewed(page)}).status_code == 403
        assert adam.get(LIST).status_code == 403
        assert Client().get(LIST).status_code == 302
    assert not Notice.objects.filter(version=2).exists()


def test_a_purpose_that_the_profile_does_not_provide_for_has_no_page(world: World) -> None:
    assert admin("officer").get("/admin/consent/notice/review/marketing/").status_code == 404
    assert admin("officer").get("/admin/consent/notice/review/disclose:nobody/").status_code == 404


def test_the_list_of_notices_leads_to_the_review_and_a_version_shows_what_it_states(world: World) -> None:
    olga = admin("officer")
    assert f'href="{LIST}"' in olga.get("/admin/consent/notice/").content.decode()
    notice = Notice.objects.get(purpose="face_scan", locale="en")
    page = olga.get(f"/admin/consent/notice/{notice.pk}/change/").content.decode()
    assert "BIPA 740 ILCS 14/15(b)(2) term" in page
    assert "This release lasts 1 year from the moment you sign." in page


def test_without_a_profile_the_review_says_what_to_do_first() -> None:
    assert "No profile is active. Activate one first" in admin("officer").get(LIST).content.decode()


def test_olga_fills_in_the_controllers_particulars_once_and_changes_them_with_a_reason() -> None:
    olga = admin("officer")
    add = "/admin/consent/controller/add/"
    assert olga.post(add, {**CONTROLLER, "policy_url": ""}).status_code == 200, "no reason, nothing saved"
    assert not Controller.objects.exists()
    assert olga.post(add, {**CONTROLLER, "policy_url": "", "change_reason": "first filled in"}).status_code == 302
    row = Controller.objects.get()
    assert (row.address, row.history.first().history_change_reason) == (CONTROLLER["address"], "first filled in")
    assert olga.get(add).status_code == 403
    assert admin("viewer").get("/admin/consent/controller/1/change/").status_code == 200
    assert admin("viewer").post("/admin/consent/controller/1/change/", {}).status_code == 403
    entry = Entry.objects.get(kind="consent:controller:created")
    assert entry.object_id == "1"
