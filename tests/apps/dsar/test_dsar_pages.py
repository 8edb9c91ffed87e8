"""The public pages: the same for known and unknown, nothing confirmed by looking, nothing shown to strangers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from compliance.access.models import RateCount
from compliance.artifacts.models import Artifact
from compliance.core.actor import PERSON
from compliance.subjects.models import Subject
from dsar import actions
from dsar.models import Request
from dsar.pages.ask import ASKS
from dsar.rules.codes import confirm_secret, status_code
from tests.apps.dsar.dsar_steps import look, submit, without_token

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
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


@time_machine.travel("2026-11-20T12:05:00Z")
def test_a_household_with_many_ipv6_addresses_waits_as_one() -> None:
    for number in range(ASKS):
        browser = Client(enforce_csrf_checks=True, REMOTE_ADDR=f"2001:db8::{number + 1:x}")
        assert submit(browser, "/privacy/", **{**FORM, "reference": f"r{number}"}).status_code == 302
    assert submit(Client(REMOTE_ADDR="2001:db8::ffff"), "/privacy/", **FORM).status_code == 429
    assert submit(Client(REMOTE_ADDR="2001:db8:0:1::1"), "/privacy/", **FORM).status_code == 302
