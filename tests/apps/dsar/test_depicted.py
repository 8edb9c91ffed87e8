"""H5: somebody else uploaded my face. An own route, without the uploader, without a face, and without a word about who uploaded it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from compliance.artifacts.models import Artifact
from compliance.core.actor import SERVICE
from compliance.core.errors import Invalid
from compliance.erasure.models import Order
from compliance.subjects import actions as subjects
from compliance.subjects.models import Subject
from dsar import actions
from dsar.models import Request
from dsar.queries.claims import claim_of
from dsar.rules.codes import confirm_secret
from tests.apps.dsar.conftest import registered
from tests.apps.dsar.dsar_steps import look, submit, without_token

pytestmark = pytest.mark.django_db
PAGE = "/privacy/someone-else"
WHERE = "https://scans.example.test/s/4711"


def asked(browser: Client, where: str = WHERE, email: str = "dora@example.test") -> Any:
    return submit(browser, PAGE, where=where, email=email, residence="", website="")


def test_h5_dora_asks_with_an_address_alone_and_an_officer_sees_that_somebody_else_uploaded_her(browser: Client, signed_in: Client) -> None:
    answer = asked(browser, where="")
    assert (answer.status_code, answer["Location"]) == (302, "/privacy/sent")
    request = Request.objects.get()
    assert (request.about, request.state, request.channel) == ("depicted", "awaiting_confirmation", "form")
    asked(browser)
    assert Request.objects.count() == 2
    with_link = Request.objects.latest("received_at")
    assert claim_of(with_link).where == WHERE
    page = look(signed_in, f"/admin/dsar/request/{with_link.pk}/change/")
    assert "somebody else uploaded a picture" in page
    assert WHERE in page


def test_h5_the_form_asks_for_no_face_no_file_and_no_description(browser: Client) -> None:
    page = look(browser, PAGE)
    names = set(re.findall(r'<(?:input|select|textarea)[^>]*name="([^"]+)"', page))
    assert names - {"csrfmiddlewaretoken"} == {"email", "where", "residence", "website"}
    assert 'type="file"' not in page
    assert "<textarea" not in page
    assert "Send no picture" in page


def test_h5_the_answer_is_the_same_whether_we_know_the_place_or_not(browser: Client, ana: Subject, photos: list[Artifact]) -> None:
    answers = [
        asked(browser, where=where, email=f"dora{number}@example.test") for number, where in enumerate(["art_1", "usr_ana", "nothing", ""])
    ]
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, "/privacy/sent")}
    assert len({without_token(browser.get(one["Location"])) for one in answers}) == 1
    # Nor is anything matched by itself: no link in a mail leads to somebody else's record.
    for request in Request.objects.all():
        actions.confirm(secret=confirm_secret(request.pk), actor=SERVICE, at=request.received_at)
        request.refresh_from_db()
        assert (request.state, request.subject_id) == ("verifying", None)


def test_h5_even_the_uploader_with_their_own_address_matches_nothing(browser: Client, ana: Subject, photos: list[Artifact]) -> None:
    asked(browser, where="usr_ana", email="ana@example.test")
    request = Request.objects.get()
    actions.confirm(secret=confirm_secret(request.pk), actor=SERVICE, at=request.received_at)
    request.refresh_from_db()
    assert (request.state, request.subject_id) == ("verifying", None)


def test_h5_an_officer_names_the_record_of_the_depicted_and_the_uploader_stays_unknown(
    browser: Client, ana: Subject, photos: list[Artifact], signed_in: Client, at: datetime
) -> None:
    dora = subjects.know(reference="pic_4711", kind="depicted", actor=SERVICE, at=at)
    hers = registered(dora, "art_9", "face_crop", at)
    asked(browser)
    request = actions.confirm(secret=confirm_secret(Request.objects.get().pk), actor=SERVICE, at=at)
    # Without naming a record there is none: the place she gave is no reference.
    with pytest.raises(Invalid):
        actions.verify(request_id=request.pk, actor=SERVICE, at=at, reason="looked")
    actions.verify(request_id=request.pk, actor=SERVICE, at=at, reason="found by the link", subject_reference="pic_4711")
    actions.approve(request_id=request.pk, actor=SERVICE, at=at, reason="yes")
    order = Order.objects.get()
    assert (order.subject_id, [outcome.artifact for outcome in order.outcomes.all()]) == (dora.pk, [hers])
    browser.get(f"/privacy/confirm/{confirm_secret(request.pk)}")
    from dsar.queries.status import status_of

    request.refresh_from_db()
    said = repr(status_of(request, certificate=None))
    for secret in ("usr_ana", "ana@example.test", str(ana.pk), "art_1"):
        assert secret not in said


def test_h5_the_same_request_twice_is_one_and_a_program_in_the_honeypot_leaves_nothing(browser: Client) -> None:
    asked(browser)
    asked(browser)
    assert Request.objects.count() == 1
    submit(browser, PAGE, where="x", email="bot@example.test", residence="", website="http://spam.example.test")
    assert Request.objects.count() == 1


def test_h5_mistakes_are_told_and_what_was_typed_stays(browser: Client) -> None:
    refused = submit(browser, PAGE, where=WHERE, email="no address", residence="", website="")
    page = refused.content.decode()
    assert refused.status_code == 422
    assert WHERE in page
    assert "Enter an e-mail address such as" in page
    assert not Request.objects.exists()


def test_h5_the_first_form_and_this_one_lead_to_each_other(browser: Client) -> None:
    assert f'href="{PAGE}"' in look(browser, "/privacy/")
    assert 'href="/privacy/"' in look(browser, PAGE)


def test_h5_the_uploaders_word_is_no_release_of_the_depicted(ask: Callable[..., Request], at: datetime) -> None:
    from consent.queries.check import standing
    from consent.rules.decisions import Reason, decide

    subjects.know(reference="pic_4711", kind="depicted", actor=SERVICE, at=at)
    assert decide(standing(reference="pic_4711", purpose="face_scan"), recipient=None) == Reason.NO_RELEASE
