"""The public pages: the same for known and unknown, nothing confirmed by looking, nothing shown to strangers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory
from dsar_steps import look, submit, without_token

from compliance.access.models import RateCount
from compliance.artifacts.models import Artifact
from compliance.core.actor import PERSON, SERVICE, Actor
from compliance.erasure.models import Outcome
from compliance.subjects.models import Subject
from dsar import actions
from dsar.models import Request
from dsar.pages.ask import ASKS
from dsar.pages.caller import caller
from dsar.pages.status import TRIES
from dsar.rules.codes import confirm_secret, status_code

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
OFFICER = Actor("Olga Officer", "officer")
FORM = {"reference": "usr_ana", "email": "ana@example.test", "residence": "EU:DE", "website": ""}


def test_ana_asks_in_one_form_with_two_needed_inputs(browser: Client) -> None:
    page = look(browser, "/privacy/")
    assert page.count('autocomplete="username"') == page.count('autocomplete="email"') == 1
    assert "<script" not in page
    assert "style=" not in page
    answer = submit(browser, "/privacy/", reference="usr_ana", email="ana@example.test")
    assert (answer.status_code, answer.url) == (302, "/privacy/sent")
    assert Request.objects.get().residence == ""


def test_u11_known_unknown_and_repeated_references_get_the_same_answer(ana: Subject, photos: list[Artifact]) -> None:
    answers = []
    for reference in ("usr_ana", "usr_nobody", "usr_ana"):
        browser = Client(enforce_csrf_checks=True)
        first = submit(browser, "/privacy/", **{**FORM, "reference": reference})
        page = browser.get(first.url)
        answers.append((first.status_code, first.url, first.content, page.status_code, without_token(page)))
    assert answers[0] == answers[1] == answers[2]
    assert Request.objects.count() == 2


def test_u11_after_the_link_known_and_unknown_look_alike(ana: Subject, ask: Ask, at: datetime) -> None:
    pages = []
    for reference in ("usr_ana", "usr_nobody"):
        request, browser = ask(reference), Client(enforce_csrf_checks=True)
        link = f"/privacy/confirm/{confirm_secret(request.pk)}"
        looked = without_token(browser.get(link))
        submit(browser, link)
        code = status_code(request.pk).encode()
        page = without_token(browser.get(f"/privacy/requests/{request.code}"))
        assert code in page
        pages.append((looked, page.replace(request.code.encode(), b"CODE").replace(code, b"STATUS")))
    assert set(Request.objects.values_list("state", flat=True)) == {"deciding", "verifying"}
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reference": ""}, "Enter your reference."),
        ({"reference": "r" * 201}, "200 characters at most"),
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "ana at home"}, "such as name@example.com"),
        ({"email": "a" * 250 + "@x.test"}, "254 characters at most"),
        ({"residence": "MOON"}, "valid choice"),
        ({"reference": "usr\0ana"}, "Null characters are not allowed"),
    ],
)
def test_u23_mistakes_are_named_and_inputs_kept(browser: Client, wrong: dict[str, str], words: str) -> None:
    answer = submit(browser, "/privacy/", **{**FORM, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'tabindex="-1" autofocus' in page
    assert 'aria-invalid="true"' in page
    kept = "email" if "reference" in wrong else "reference"
    assert f'value="{FORM[kept]}"' in page
    assert Request.objects.count() == 0


def test_hostile_text_stays_text(browser: Client, ask: Ask) -> None:
    hostile = '"><script>alert(1)</script>{{ 7*7 }}\r\nBcc: all@example.test'
    page = submit(browser, "/privacy/", reference=hostile, email="not an address").content.decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert submit(browser, "/privacy/", reference=hostile, email="x@example.test").status_code == 302


def test_a_program_that_fills_everything_is_answered_and_not_kept(browser: Client) -> None:
    answer = submit(browser, "/privacy/", **{**FORM, "website": "https://spam.example"})
    assert (answer.status_code, answer.url) == (302, "/privacy/sent")
    assert Request.objects.count() == 0


def test_a_form_from_elsewhere_is_refused(browser: Client) -> None:
    assert browser.post("/privacy/", FORM).status_code == 403
    assert Request.objects.count() == 0


@time_machine.travel("2026-11-20T12:05:00Z")
def test_one_network_gets_so_many_tries_and_then_waits(browser: Client) -> None:
    for number in range(ASKS):
        assert submit(browser, "/privacy/", **{**FORM, "reference": f"r{number}"}).status_code == 302
    answer = submit(browser, "/privacy/", **FORM)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert 'value="usr_ana"' in answer.content.decode()
    assert Request.objects.count() == ASKS
    assert not RateCount.objects.filter(bucket__contains="127.0.0.1").exists()


def test_looking_at_the_link_confirms_nothing(browser: Client, ask: Ask) -> None:
    request = ask()
    link = f"/privacy/confirm/{confirm_secret(request.pk)}"
    for method in (browser.get, browser.head, browser.get):
        answer = method(link)
        assert answer.status_code == 200
        assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("strict-origin", "no-store")
    assert browser.post(link).status_code == 403
    request.refresh_from_db()
    assert (request.state, request.confirmed_at) == ("awaiting_confirmation", None)


def test_the_button_confirms_shows_the_code_once_and_works_once(browser: Client, ask: Ask) -> None:
    request = ask()
    link, code = f"/privacy/confirm/{confirm_secret(request.pk)}", status_code(request.pk)
    answer = submit(browser, link)
    assert (answer.status_code, answer.url) == (302, f"/privacy/requests/{request.code}")
    assert code in look(browser, answer.url)
    assert code not in look(browser, answer.url)
    stranger = Client(enforce_csrf_checks=True)
    stranger.get("/privacy/")
    assert stranger.get(link).status_code == 410
    assert browser.post(link, {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}).status_code == 410


def test_used_old_and_invented_links_get_the_same_page(ask: Ask, at: datetime) -> None:
    used, old = ask(), ask(reference="usr_old", at=at - timedelta(days=31))
    actions.confirm(secret=confirm_secret(used.pk), actor=PERSON, at=at)
    browser = Client()
    links = [confirm_secret(used.pk), confirm_secret(old.pk), "invented"]
    answers = [browser.get(f"/privacy/confirm/{link}") for link in links]
    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.content for answer in answers}) == 1


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


def test_every_page_is_small_and_loads_nothing_from_elsewhere(browser: Client, ask: Ask) -> None:
    request = ask()
    urls = ["/privacy/", "/privacy/sent", "/privacy/requests/", f"/privacy/confirm/{confirm_secret(request.pk)}", "/privacy/confirm/x"]
    submit(browser, "/privacy/requests/", code=request.code, status_code=status_code(request.pk))
    for url in [*urls, f"/privacy/requests/{request.code}"]:
        answer = browser.get(url)
        page = answer.content.decode()
        assert len(answer.content) < 100_000
        assert "<script" not in page
        assert ' src="http' not in page
        assert 'rel="stylesheet" href="http' not in page
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("hops", "direct", "forwarded", "expected"),
    [
        (0, "192.0.2.7", "203.0.113.9", "192.0.2.7"),
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        # The caller wrote the first address; our proxy the second.
        (1, "10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (0, "::ffff:192.0.2.7", "", "192.0.2.7"),
        (0, "not an address", "", "unknown"),
    ],
)
def test_the_caller_is_named_by_our_own_proxies(settings: Any, hops: int, direct: str, forwarded: str, expected: str) -> None:
    settings.PROXY_HOPS = hops
    assert caller(RequestFactory().get("/", REMOTE_ADDR=direct, HTTP_X_FORWARDED_FOR=forwarded)) == expected


def test_all_addresses_of_one_ipv6_network_are_one_caller() -> None:
    first, second, other = (
        caller(RequestFactory().get("/", REMOTE_ADDR=address)) for address in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1")
    )
    assert first == second != other
