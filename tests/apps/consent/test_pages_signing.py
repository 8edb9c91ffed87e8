"""What the signing page lets a person do beyond a typed name: draw, sign for somebody else, name a piece, be heard by GPC."""

import importlib
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.core import clock
from compliance.core.taxonomy import Purpose
from compliance.subjects.queries import sealer
from consent.actions import offer
from consent.models import Change, ReceiptCode, Release
from tests.apps.consent.consent_cast import OFFICER, SYSTEM, World, signed
from tests.apps.consent.release_cast import company, pdf, person

pytestmark = pytest.mark.django_db
STROKES = [[[100, 500], [200, 300], [300, 600]], [[500, 500], [700, 400]]]


def evidence(release: Release) -> dict[str, Any]:
    opened = sealer(release.subject_id).open(f"consent.release.evidence:{release.pk}", bytes(release.evidence_sealed))
    return dict(json.loads(opened))


def link_for(purpose: str, **more: str) -> str:
    company()
    _, url = offer(reference="ana", purpose=purpose, system=SYSTEM, actor=OFFICER, at=clock.now(), **more)
    return "/" + url.split("/", 3)[3]


def test_c3_a_drawn_name_is_kept_as_strokes_under_seal(world: World) -> None:
    path = world.link("ana")
    drawn = {"name": "", "drawn": json.dumps(STROKES), "zone": "America/Chicago", "agree": "yes"}
    assert world.browser.post(path, {**world.form(path), **drawn}).status_code == 303
    release = Release.objects.get()
    kept = evidence(release)
    assert release.method == "drawn_name"
    assert kept["drawn"] == STROKES
    assert kept["zone"] == "America/Chicago"
    assert b"300" not in bytes(release.evidence_sealed)


@pytest.mark.parametrize("drawn", ["x", "[]", "[[]]", "{}", json.dumps([[[1, 2], [1, 2]]]), json.dumps([[[0, 0], [1001, 5]]])])
def test_a_drawing_that_is_no_name_signs_nothing_and_the_page_says_so(world: World, drawn: str) -> None:
    path = world.link("ana")
    response = world.browser.post(path, {**world.form(path), "drawn": drawn, "agree": "yes"})
    assert response.status_code == 422
    assert "Draw your name with a line, or type it instead." in response.content.decode()
    assert not Release.objects.exists()


def test_c9_a_representative_signs_with_a_paper_and_the_page_says_in_which_role(world: World) -> None:
    path = world.link("ana")
    page = world.browser.get(path).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert not re.search(r'type="radio"[^>]* checked', page)
    sent = {**world.form(path), "name": "Gus Guardian", "agree": "yes", "role": "representative", "authority_what": "court order"}
    response = world.browser.post(path, {**sent, "authority": SimpleUploadedFile("paper.pdf", pdf(), content_type="application/pdf")})
    assert response.status_code == 303
    release = Release.objects.get()
    assert (release.signer_role, release.authority is not None) == ("representative", True)
    assert evidence(release)["typed_name"] == "Gus Guardian"
    assert "a legally authorized representative" in world.browser.get(path).content.decode()


def test_a_representative_without_a_paper_is_told_what_is_missing_and_loses_nothing_typed(world: World) -> None:
    path = world.link("ana")
    sent = {"name": "Gus Guardian", "agree": "yes", "role": "representative", "authority_what": "order", "authority_ends": "2030-02-31"}
    response = world.browser.post(path, {**world.form(path), **sent})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Write the day as year, month and day" in page
    response = world.browser.post(path, {**world.form(path), **sent, "authority_ends": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Add the paper that says you may sign for this person, as a PDF." in page
    assert '<details class="roles" open>' in page
    assert 'value="representative" checked' in page
    assert 'value="order"' in page
    assert not Release.objects.exists()


def test_who_chooses_no_role_signs_for_themselves_and_meets_a_closed_choice(world: World) -> None:
    path = world.link("ana")
    assert '<details class="roles">' in world.browser.get(path).content.decode()
    world.sign_on_page(path)
    assert Release.objects.get().signer_role == "self"


def test_i2_a_marketing_page_names_its_one_piece_and_asks_for_nothing_else(world: World) -> None:
    path = link_for("marketing", piece="Poster, spring 2027 <b>")
    page = world.browser.get(path).content.decode()
    assert "Poster, spring 2027 &lt;b&gt;" in page
    assert len(re.findall(r"<form ", page)) == 1
    assert "Training is off" not in page
    world.sign_on_page(path)
    assert Release.objects.get().piece == "Poster, spring 2027 <b>"
    after = world.browser.get(path).content.decode()
    assert "Poster, spring 2027 &lt;b&gt;" in after
    world.browser.post(f"{path}/withdraw")
    assert Release.objects.get().state == "withdrawn"


def test_c13_each_purpose_has_its_own_form_its_own_button_and_its_own_take_back(world: World) -> None:
    path = world.link("ana")
    page = world.browser.get(path).content.decode()
    forms = re.findall(r'<form method="post" action="([^"]+)"', page)
    assert forms[0] == path
    assert f"{path}/train_shared_model" in forms
    assert len(forms) == len(set(forms))
    assert page.count('name="shown"') == len(forms)
    for action in forms[1:]:
        assert world.browser.post(action, world.form(path, action.rsplit("/", 1)[1], name="Ana", agree="yes")).status_code == 303
        assert Release.objects.filter(state="active").count() == forms.index(action)
    held = re.findall(r'action="([^"]+/withdraw)"', world.browser.get(path).content.decode())
    assert sorted(held) == sorted(f"{action}/withdraw" for action in forms[1:])


def test_the_signed_page_shows_a_code_a_qr_and_both_forms_of_the_receipt(world: World) -> None:
    path = world.link("ana")
    assert "Your receipt code" not in world.browser.get(path).content.decode()
    world.sign_on_page(path)
    page = world.browser.get(path).content.decode()
    release = Release.objects.get()
    assert re.search(r'<span class="ref big">[0-9A-Z]{4}(-[0-9A-Z]{2,4}){6}</span>', page)
    assert f'<img class="qr" src="{path}/code.svg"' in page
    assert world.browser.get(f"{path}/code.svg")["Content-Type"] == "image/svg+xml"
    for form in ("pdf", "json"):
        assert f'href="{path}/receipt/{release.pk}.{form}"' in page
        assert world.browser.get(f"{path}/receipt/{release.pk}.{form}").status_code in (200, 202)


def test_gpc_is_said_in_one_line_and_recorded_with_the_signature(world: World) -> None:
    path = world.link("ana")
    assert "Global Privacy Control" not in world.browser.get(path).content.decode()
    page = world.browser.get(path, headers={"Sec-GPC": "1"}).content.decode()
    assert page.count("Global Privacy Control") == 1
    world.browser.post(path, world.form(path, name="Ana Example", agree="yes"), headers={"Sec-GPC": "1"})
    assert Release.objects.get().gpc is True


def test_i2_on_the_page_of_one_piece_that_piece_is_taken_back_and_no_other(world: World) -> None:
    paths = [link_for("marketing", piece=piece) for piece in ("Poster 7", "Poster 8")]
    for path in paths:
        world.sign_on_page(path)
    assert Release.objects.filter(state="active").count() == 2
    # Twice: a second press is no word against the others either.
    for _ in range(2):
        assert world.browser.post(f"{paths[0]}/withdraw").status_code == 200
        assert set(Release.objects.values_list("piece", "state")) == {("Poster 7", "withdrawn"), ("Poster 8", "active")}
    assert not Change.objects.filter(event="withdrawn", release=None).exists()
    world.browser.post(f"{paths[1]}/marketing/withdraw")
    assert not Release.objects.filter(state="active").exists()


def test_the_signed_page_says_nothing_else_only_where_nothing_else_is_allowed(world: World) -> None:
    path = world.link("ana")
    world.sign_on_page(path)
    assert "Nothing else." in world.browser.get(path).content.decode()
    signed("ana", Purpose.TRAIN_SHARED_MODEL)
    page = world.browser.get(path).content.decode()
    assert "<h1>Signed</h1>" in page
    assert "Nothing else." not in page


def test_nobody_has_signed_on_the_page_and_holds_no_receipt_code(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = world.link("ana")
    answers = world.form(path, name="Ana Example", agree="yes")

    def crash(**_: Any) -> str:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(importlib.import_module("consent.actions.sign"), "keep_code", crash)
        with pytest.raises(MemoryError):
            world.browser.post(path, answers)
    assert (Release.objects.count(), ReceiptCode.objects.count()) == (0, 0)
    assert world.browser.post(path, answers).status_code == 303
    assert (Release.objects.count(), ReceiptCode.objects.count()) == (1, 1)


def test_with_gpc_nobody_is_asked_to_share(world: World) -> None:
    path = link_for("marketing", piece="Poster")
    response = world.browser.get(path, headers={"Sec-GPC": "1"})
    assert response.status_code == 409
    assert "nothing to share is asked here" in response.content.decode()
    assert "<form" not in response.content.decode()


def test_after_the_last_is_taken_back_the_page_gives_the_receipt_and_no_dead_end(world: World) -> None:
    path = world.link("ana")
    world.sign_on_page(path)
    page = world.browser.post(f"{path}/withdraw").content.decode()
    release = Release.objects.get()
    assert f"{path}/receipt/{release.pk}.pdf" in page
    assert "See what else you agreed to" not in page
    assert world.browser.get(path).status_code == 410


def test_an_older_release_can_be_taken_back_on_the_page_of_a_new_link(world: World) -> None:
    signed("ana")
    path = world.link("ana")
    assert "Take the older release back" in world.browser.get(path).content.decode()
    world.browser.post(f"{path}/withdraw")
    assert Release.objects.get().state == "withdrawn"
    assert world.browser.get(path).status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Minderjährige können nicht unterschreiben"), ("fr", "Un mineur ne peut pas signer")]
)
def test_c9_a_minor_is_refused_in_her_language_and_offered_the_roles_that_may_sign(world: World, language: str, words: str) -> None:
    company(minors="guardian")
    person("mia", age="minor")
    path, speaks = world.link("mia"), {"Accept-Language": language}
    page = world.browser.get(path, headers=speaks).content.decode()
    assert '<details class="roles" open>' in page
    assert re.findall(r'type="radio"[^>]* value="(\w+)"', page)[:2] == ["parent", "guardian"]
    refused = world.browser.post(path, world.form(path, name="Mia Minor", agree="yes"), headers=speaks)
    assert refused.status_code == 409
    page = refused.content.decode()
    assert words in page
    # The form is still there, with what she typed, and says it at the choice of the role.
    assert re.search(rf'id="role-error">[^<]*{words}', page)
    assert 'href="#role"' in page
    assert 'value="Mia Minor"' in page
    assert not Release.objects.exists()
