"""The status page: nothing for strangers, and for the person what is gone, what is not, and the certificate."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.artifacts.models import Artifact
from compliance.audit.models import Entry
from compliance.core.actor import SERVICE, Actor
from compliance.erasure.models import Outcome
from compliance.evidence.models import Document
from compliance.subjects.models import Subject
from dsar import actions
from dsar.models import Request
from dsar.pages.status import TRIES
from dsar.rules.codes import status_code
from tests.apps.dsar.dsar_steps import look, submit, without_token

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
OFFICER = Actor("Olga Officer", "officer")


def test_wrong_code_and_unknown_reference_get_the_same_answer(browser: Client, ask: Ask) -> None:
    request, other = ask(), ask(reference="usr_other")
    unknown = "EF-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AA"
    tries = [(request.code, status_code(other.pk)), (request.code, "guess"), (unknown, status_code(request.pk))]
    answers = [submit(browser, "/privacy/requests/", code=code, status_code=typed) for code, typed in tries]
    pages = {
        without_token(answer).replace(code.encode(), b"CODE").replace(typed.encode(), b"TYPED")
        for answer, (code, typed) in zip(answers, tries, strict=True)
    }
    assert {answer.status_code for answer in answers} == {422}
    assert len(pages) == 1
    assert submit(browser, "/privacy/requests/", code=request.code, status_code=status_code(request.pk)).status_code == 302


@time_machine.travel("2026-11-20T12:05:00Z")
def test_codes_cannot_be_tried_for_ever(browser: Client, ask: Ask) -> None:
    request = ask()
    for _number in range(TRIES):
        assert submit(browser, "/privacy/requests/", code=request.code, status_code="guess").status_code == 422
    assert submit(browser, "/privacy/requests/", code=request.code, status_code=status_code(request.pk)).status_code == 429


def test_a_stranger_sees_the_same_form_for_known_and_unknown_references(ask: Ask) -> None:
    request, browser = ask(), Client()
    pages = []
    for code in (request.code, "EF-AAAA"):
        page = browser.get(f"/privacy/requests/{code}")
        assert page.status_code == 200
        pages.append(without_token(page).replace(code.encode(), b"CODE"))
    assert pages[0] == pages[1]
    assert b"Received" not in pages[0]


def test_bens_session_does_not_open_anas_request(browser: Client, ask: Ask) -> None:
    ana, ben = ask(), ask(reference="usr_ben", email="ben@example.test")
    submit(browser, "/privacy/requests/", code=ben.code, status_code=status_code(ben.pk))
    assert "Step by step" in look(browser, f"/privacy/requests/{ben.code}")
    assert "Step by step" not in look(browser, f"/privacy/requests/{ana.code}")
    for path in ("withdraw", "certificate.pdf", "certificate.json"):
        url = f"/privacy/requests/{ana.code}/{path}"
        token = browser.cookies["csrftoken"].value
        answer = browser.post(url, {"csrfmiddlewaretoken": token}) if path == "withdraw" else browser.get(url)
        assert answer.status_code == 404
    ana.refresh_from_db()
    assert ana.state == "awaiting_confirmation"


def test_ana_takes_her_request_back_on_her_page(browser: Client, ask: Ask) -> None:
    request = ask()
    submit(browser, "/privacy/requests/", code=request.code, status_code=status_code(request.pk))
    submit(browser, f"/privacy/requests/{request.code}/withdraw", page=f"/privacy/requests/{request.code}")
    request.refresh_from_db()
    assert request.state == "withdrawn_by_person"
    assert "You took your request back" in look(browser, f"/privacy/requests/{request.code}")


def test_u15_the_ladder_says_what_is_gone_and_what_is_not(browser: Client, deciding: Request, photos: list[Artifact], at: datetime) -> None:
    submit(browser, "/privacy/requests/", code=deciding.code, status_code=status_code(deciding.pk))
    url = f"/privacy/requests/{deciding.code}"
    assert "We have your request" in look(browser, url)
    order = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified").order
    first, second = Outcome.objects.filter(order=order).select_related("artifact").order_by("artifact__external_id")
    page = look(browser, url)
    assert "New scans were stopped" in page
    assert "0 of 2 kinds of data" in page
    reach(first, "purged", at)
    reach(second, "refused", at)
    page = look(browser, url)
    assert "1 of 2 kinds of data" in page
    assert "1 thing is not gone. The system refused to delete it." in page
    assert "%" not in page.replace("100%", "")
    assert order
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    assert "Not everything is gone" in look(browser, url)
    reach(second, "purged", at)
    page = look(browser, url)
    assert "2 of 2 kinds of data" in page
    assert "Your data is gone from our active systems" in page
    assert "by Friday 4 December 2026" in page
    assert "permanent" not in page.lower()


@pytest.mark.parametrize(
    ("rung", "words"),
    [
        ("refused", "The system refused to delete it."),
        ("unreachable", "The system did not say that it deleted it."),
        ("reappeared", "It was there again after we checked."),
    ],
)
def test_what_is_stuck_is_said_in_words(
    browser: Client, deciding: Request, photos: list[Artifact], at: datetime, rung: str, words: str
) -> None:
    order = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified").order
    submit(browser, "/privacy/requests/", code=deciding.code, status_code=status_code(deciding.pk))
    assert words not in look(browser, f"/privacy/requests/{deciding.code}")
    reach(Outcome.objects.filter(order=order)[0], rung, at)
    assert f"1 thing is not gone. {words}" in look(browser, f"/privacy/requests/{deciding.code}")


def reach(outcome: Outcome, rung: str, at: datetime) -> None:
    """Put an outcome on a rung, with the times below it, as a run of the order would."""
    outcome.rung, outcome.called_at = rung, at
    if rung == "purged":
        outcome.acknowledged_at = outcome.absent_at = outcome.purged_at = at
        outcome.backups_until = datetime(2026, 12, 4).date()
        outcome.artifact.gone_at = at
        outcome.artifact.save()
    outcome.save()


def test_an_order_that_found_nothing_says_so(browser: Client, ana: Subject, deciding: Request, at: datetime) -> None:
    order = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified").order
    assert order
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    submit(browser, "/privacy/requests/", code=deciding.code, status_code=status_code(deciding.pk))
    assert "We found nothing" in look(browser, f"/privacy/requests/{deciding.code}")


def test_ana_gets_her_certificate_and_nobody_else_does(browser: Client, signed_in: Client, deciding: Request, at: datetime) -> None:
    order = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified").order
    url = f"/privacy/requests/{deciding.code}/certificate"
    submit(browser, "/privacy/requests/", code=deciding.code, status_code=status_code(deciding.pk))
    assert browser.get(f"{url}.pdf").status_code == 404
    Document.objects.create(
        kind="certificate",
        subject=deciding.subject,
        object_id=str(order.pk) if order else "",
        version=1,
        language="en",
        twin=b'{"a":1}',
        twin_sha256="0" * 64,
        pdf=b"%PDF-1.7",
        pdf_sha256="0" * 64,
        sealed_at=at,
        entry=Entry.objects.latest("id"),
    )
    assert "Certificate as PDF" in look(browser, f"/privacy/requests/{deciding.code}")
    with CaptureQueriesContext(connection) as seen:
        look(browser, f"/privacy/requests/{deciding.code}")
        look(signed_in, reverse("admin:dsar_request_change", args=[deciding.pk]))
    asked = [query["sql"] for query in seen if 'FROM "evidence_document"' in query["sql"]]
    assert len(asked) == 2
    for sql in asked:
        assert '"evidence_document"."kind" = ' in sql
        assert not any(f'"evidence_document"."{file}"' in sql for file in ("pdf", "twin"))
    answers = [browser.get(f"{url}.{form}") for form in ("pdf", "json")]
    assert [(answer["Content-Type"].split(";")[0], answer.content) for answer in answers] == [
        ("application/pdf", b"%PDF-1.7"),
        ("application/json", b'{"a":1}'),
    ]
    assert [Client().get(f"{url}.{form}").status_code for form in ("pdf", "json")] == [404, 404]
