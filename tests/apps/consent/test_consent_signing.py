"""Ana signs, Ben says no, Cy never saw a notice."""

import json
import re

import pytest
from django.core import signing
from django.test import Client, override_settings

from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import Invalid
from compliance.core.taxonomy import Purpose
from compliance.core.version import VERSION
from compliance.delivery.models import Promise
from compliance.erasure.actions import order
from compliance.subjects.actions import destroy_key
from compliance.subjects.queries import sealer
from consent.actions import Signature, publish_notices, sign
from consent.models import Notice, Release, ReleaseLink
from consent.queries import offered
from consent.rules import notices
from tests.apps.consent.consent_cast import OFFICER, World, signed, subject_id

pytestmark = pytest.mark.django_db


def test_c1_ana_reads_signs_and_only_then_the_check_allows(world: World) -> None:
    path = world.link("ana")
    assert world.reason("ana") == "no_release"
    page = world.browser.get(path).content.decode()
    assert "collects and stores biometric data" in page
    assert "scan of your face geometry" in page
    response = world.sign_on_page(path)
    assert (response.status_code, response["Location"]) == (303, path)
    assert world.reason("ana") == "active"
    after = world.browser.get(path).content.decode()
    release = Release.objects.get()
    assert str(release.pk) in after
    assert "Take my release back" in after
    assert f'action="{path}"' not in after


def test_c3_the_signed_text_is_kept_to_the_byte_and_the_evidence_is_whole(world: World) -> None:
    path = world.link("ana")
    served = clock.now()
    world.sign_on_page(path, name="  Ana\t María  Example ")
    release, notice = Release.objects.get(), Notice.objects.get(purpose="face_scan", locale="en")
    assert release.text_hash == notice.hash == notices.digest(notice.title, notice.body)
    evidence = json.loads(sealer(release.subject_id).open(f"consent.release.evidence:{release.pk}", bytes(release.evidence_sealed)))
    assert evidence.pop("shown_at") >= clock.to_text(served)
    assert evidence == {
        "schema": "efface-signature/1",
        "release": str(release.pk),
        "subject_kind": "account",
        "typed_name": "Ana María Example",
        "act": "ticked the box and pressed the button",
        "intent": "I have read this and I sign this release",
        "method": "typed_name",
        "channel": "hosted",
        "role": "self",
        "authority": None,
        "paper": None,
        "authenticated_by": {"link": str(ReleaseLink.objects.get().pk), "offered_by_system": "scan-demo"},
        "notice": {"id": str(notice.pk), "version": 1, "locale": "en", "sha256": notice.hash},
        "purposes": ["face_scan"],
        "piece": None,
        "term": "P1Y",
        "recipients": ["object-storage", "gpu-host", "payments"],
        "signed_at": clock.to_text(release.signed_at),
        "zone": "UTC",
        "signed_at_local": release.signed_at.isoformat(timespec="seconds"),
        "expires_at": clock.to_text(release.expires_at),
        "gpc": False,
        "withdrawal_instructions_shown": True,
        "software": {"name": "Efface", "version": VERSION},
    }
    assert b"Ana" not in bytes(release.evidence_sealed)


def test_every_signature_is_one_ledger_entry_one_promise_and_one_version_of_history(world: World) -> None:
    release = signed("ana")
    entries = Entry.objects.filter(object_id=str(release.pk)).values_list("kind", flat=True)
    assert list(entries) == ["consent:release:signed"]
    assert Promise.objects.get(topic="consent.release_signed").payload == {"release": str(release.pk)}
    versions = Release.history.model.objects.filter(id=release.pk)
    assert versions.earliest("history_date").history_change_reason == "signed"
    assert "evidence_sealed" not in {f.name for f in versions.model._meta.get_fields()}


def test_d1_and_c4_signing_the_scan_never_grants_training_and_its_box_stays_empty(world: World) -> None:
    path = world.link("ana")
    page = world.browser.get(path).content.decode()
    boxes = re.findall(r"<input type=\"checkbox\"[^>]*>", page)
    assert len(boxes) == 1 + len(offered())
    assert not any("checked" in box for box in boxes)
    assert len(re.findall(r'<form [^>]*action="/sign/', page)) == len(boxes)
    # Whatever else a browser sends along, one form grants one purpose.
    extra = {
        "training": "yes",
        "purpose": "train_shared_model",
        "training-agree": "yes",
        "purposes": ["face_scan", "train_shared_model"],
    }
    world.browser.post(path, {**world.form(path, name="Ana", agree="yes"), **extra})
    assert list(Release.objects.values_list("purpose", flat=True)) == ["face_scan"]
    assert world.reason("ana", "train_shared_model") == "purpose_not_granted"
    assert world.ask("ana")["context"]["obligations"] == [{"id": "no_training"}]


def test_c4_training_is_granted_by_its_own_form_alone_and_never_grants_the_scan(world: World) -> None:
    path = world.link("ana")
    world.browser.post(f"{path}/train_shared_model", world.form(path, "train_shared_model", name="Ana Example", agree="yes"))
    assert list(Release.objects.values_list("purpose", flat=True)) == ["train_shared_model"]
    assert (world.reason("ana"), world.reason("ana", "train_shared_model")) == ("purpose_not_granted", "active")
    world.sign_on_page(path)
    assert world.ask("ana")["context"]["obligations"] == []


def test_the_hidden_field_of_one_form_does_not_sign_the_other(world: World) -> None:
    path = world.link("ana")
    response = world.browser.post(f"{path}/train_shared_model", world.form(path, name="Ana Example", agree="yes"))
    assert response.status_code == 409
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"name": "", "agree": "yes"}, ["Type your full name"]),
        ({"name": "  42 ", "agree": "yes"}, ["Type your full name"]),
        ({"name": "Ana <b>Example</b>"}, ["Tick the box"]),
        ({}, ["Type your full name", "Tick the box"]),
        ({"name": "A" * 201, "agree": "yes"}, ["200 characters"]),
        ({"name": "Ana\x00", "agree": "yes"}, ["cannot be kept"]),
        ({"name": "Ana Example", "agree": "on"}, ["Tick the box"]),
    ],
)
def test_c7_without_a_name_and_a_tick_nothing_is_signed_and_what_was_typed_is_kept(
    world: World, answers: dict[str, str], says: list[str]
) -> None:
    path = world.link("ana")
    response = world.browser.post(path, {**world.form(path), **answers})
    page = response.content.decode()
    assert response.status_code == 422
    assert not Release.objects.exists()
    assert all(words in page for words in says)
    assert 'class="errors" role="alert" tabindex="-1" autofocus' in page
    if answers.get("name") == "Ana <b>Example</b>":
        assert 'value="Ana &lt;b&gt;Example&lt;/b&gt;"' in page
    assert world.reason("ana") == "no_release"


@pytest.mark.parametrize(
    "shown",
    ["", "x", "a:b:c", signing.dumps({"link": "1"}, salt="other"), "\x00", "ü" * 5000],
    ids=["empty", "a word", "three words", "signed for elsewhere", "NUL", "long"],
)
def test_a_tampered_field_signs_nothing(world: World, shown: str) -> None:
    path = world.link("ana")
    response = world.browser.post(path, {"shown": shown, "name": "Ana Example", "agree": "yes"})
    assert response.status_code == 422
    assert not Release.objects.exists()
    assert b'value="Ana Example"' in response.content


def test_a_field_of_another_link_signs_nothing(world: World) -> None:
    ana, ben = world.link("ana"), world.link("ben")
    response = world.browser.post(ben, world.form(ana, name="Ben Example", agree="yes"))
    assert response.status_code == 422
    assert not Release.objects.exists()


def test_a_used_link_signs_once_and_a_second_form_gets_a_calm_page(world: World) -> None:
    path = world.link("ana")
    form = world.form(path, name="Ana Example", agree="yes")
    assert world.browser.post(path, form).status_code == 303
    again = world.browser.post(path, form)
    assert again.status_code == 410
    assert b"This link has ended" in again.content
    assert b"See what you agreed to" in again.content
    assert Release.objects.count() == 1


def test_an_expired_link_and_an_unknown_one_get_the_same_calm_page(world: World) -> None:
    path = world.link("ana")
    form = world.form(path, name="Ana Example", agree="yes")
    assert world.browser.get(path).status_code == 200
    ReleaseLink.objects.update(expires_at=clock.now())
    expired, posted, unknown = world.browser.get(path), world.browser.post(path, form), world.browser.get("/sign/" + "x" * 43)
    assert [r.status_code for r in (expired, posted, unknown)] == [410, 410, 410]
    assert expired.content == unknown.content == posted.content
    assert not Release.objects.exists()


def test_the_secret_is_stored_as_a_hash_and_never_leaves_by_referrer_or_cache(world: World) -> None:
    path = world.link("ana")
    secret = path.rsplit("/", 1)[1]
    assert len(secret) == 43
    assert secret.encode() not in bytes(ReleaseLink.objects.get().secret_hash)
    response = world.browser.get(path)
    assert (response["Referrer-Policy"], response["Cache-Control"]) == ("no-referrer", "no-store")
    assert not response.cookies
    assert len(response.content) < 50_000


def test_a_browser_that_checks_csrf_and_sends_origin_null_can_sign(world: World) -> None:
    path = world.link("ana")
    strict = Client(enforce_csrf_checks=True, headers={"Origin": "null"})
    assert strict.post(path, world.form(path, name="Ana Example", agree="yes")).status_code == 303


def test_ben_says_no_and_the_check_says_refused(world: World) -> None:
    path = world.link("ben")
    response = world.browser.post(f"{path}/decline", world.form(path))
    assert response.status_code == 200
    assert b"You said no" in response.content
    refusal = Release.objects.get()
    assert (refusal.state, refusal.method) == ("refused", "button")
    assert world.reason("ben") == "refused"
    assert world.browser.get(path).status_code == 410
    assert list(Entry.objects.filter(object_id=str(refusal.pk)).values_list("kind", flat=True)) == ["consent:release:refused"]


def test_saying_no_needs_no_intact_form_and_weighs_the_same_as_yes(world: World) -> None:
    path = world.link("ben")
    page = world.browser.get(path).content.decode()
    buttons = re.findall(r'<div class="choices">\s*<button class="([^"]+)" type="submit">.*?<button class="([^"]+)"', page, re.S)
    assert buttons == [("button", "button")]
    assert world.browser.post(f"{path}/decline", {}).status_code == 200
    assert world.reason("ben") == "refused"


def test_cy_never_saw_a_notice_and_is_unknown(world: World) -> None:
    assert world.reason("cy") == "unknown_subject"


def test_a_new_signature_supersedes_the_old_one_in_the_same_step(world: World) -> None:
    first, second = signed("ana"), signed("ana")
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "active")
    assert first.ended_at == second.signed_at
    assert world.ask("ana")["context"]["release_id"] == str(second.pk)
    kinds = list(Entry.objects.filter(object_id=str(first.pk)).order_by("id").values_list("kind", flat=True))
    assert kinds == ["consent:release:signed", "consent:release:superseded"]


def test_a_text_that_changed_while_the_page_was_open_must_be_read_again(world: World) -> None:
    path = world.link("ana")
    form = world.form(path, name="Ana Example", agree="yes")
    # The operator renames itself: the text changes under an unchanged profile.
    with override_settings(OPERATOR_NAME="Other Studio"):
        publish_notices(actor=OFFICER, at=clock.now())
        response = world.browser.post(path, form)
        page = response.content.decode()
    assert response.status_code == 409
    assert "The text has changed" in page
    assert "Other Studio" in page
    assert 'value="Ana Example"' in page
    assert not re.search(r'name="agree"[^>]* checked', page)
    assert not Release.objects.exists()


def test_the_page_calms_down_a_caller_who_tries_too_often(world: World) -> None:
    path = world.link("ana")
    answers = [world.browser.post(path, {}).status_code for _ in range(31)]
    assert answers == [422] * 30 + [429]


def test_nothing_is_signed_while_everything_is_being_deleted(world: World) -> None:
    path = world.link("ana")
    form = world.form(path, name="Ana Example", agree="yes")
    order(subject_id=subject_id("ana"), reason="request", rule="r", origin="o", decided_by="o", actor=OFFICER, at=clock.now())
    assert world.browser.post(path, form).status_code == 409
    assert not Release.objects.exists()
    assert world.reason("ana") == "erasure_pending"


def test_after_the_erasure_of_her_key_the_link_opens_nothing(world: World) -> None:
    path = world.link("ana")
    form = world.form(path, name="Ana Example", agree="yes")
    destroy_key(subject_id=subject_id("ana"), actor=OFFICER, at=clock.now(), reason="erased")
    assert world.browser.post(path, form).status_code == 410
    assert not Release.objects.exists()


def test_no_purpose_but_those_of_the_page_can_be_signed(world: World) -> None:
    path = world.link("ana")
    link, at = ReleaseLink.objects.get(), clock.now()
    notice = Notice.objects.get(purpose="face_scan", locale="en")
    for purpose in {*Purpose, "disclose:lab", "sale"} - {Purpose.FACE_SCAN, *offered()}:
        with pytest.raises(Invalid):
            sign(link_id=link.pk, purpose=purpose, signature=Signature(notice.pk, at, True, "Ana"), actor=PERSON, at=at)
    assert world.browser.get(path).status_code == 200
    assert not Release.objects.exists()
