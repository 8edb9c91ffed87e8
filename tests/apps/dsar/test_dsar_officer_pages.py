"""What Olga finds, what a page says of a system in trouble, who acted, and that no page offers what cannot be done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from compliance.artifacts.models import Artifact
from compliance.audit.models import Entry
from compliance.backend.actions import faulted, succeeded
from compliance.core.actor import PERSON, Actor
from compliance.core.errors import BackendFault
from compliance.subjects.models import Subject
from dsar import actions
from dsar.actions.move import note
from dsar.models import Request
from dsar.queries.officer import versions_of
from tests import factories
from tests.apps.dsar.dsar_steps import look, officer, submit

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
OFFICER = Actor("Olga Officer", "officer")
LIST = "/admin/dsar/request/"
MOMENT = datetime.fromisoformat("2026-11-20T12:05:00+00:00")


def page_of(request: Request) -> str:
    return reverse("admin:dsar_request_change", args=[request.pk])


def act_on(request: Request, name: str) -> str:
    return reverse(f"admin:dsar_request_{name}", args=[request.pk])


def views_of(request: Request) -> int:
    return Entry.objects.filter(object_id=str(request.pk), kind="dsar:request:viewed").count()


class Links(HTMLParser):
    """The words of every link."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.inside = True
            self.words.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.words[-1] += data.strip()


def test_a_decision_that_is_not_possible_shows_no_form_and_says_so(
    signed_in: Client, ana: Subject, photos: list[Artifact], ask: Ask, at: datetime
) -> None:
    request = ask()
    answer = signed_in.get(act_on(request, "approve"))
    assert (answer.status_code, answer["Location"]) == (302, page_of(request))
    assert "That decision is not possible now" in look(signed_in, page_of(request))
    assert "Accept the identity" in look(signed_in, act_on(request, "verify"))
    actions.verify(request_id=request.pk, actor=OFFICER, at=at, reason="she called us")
    assert "This destroys 2 registered artifacts" in look(signed_in, act_on(request, "approve"))
    actions.approve(request_id=request.pk, actor=OFFICER, at=at, reason="verified")
    for name in ("approve", "refuse", "verify"):
        answer = signed_in.get(act_on(request, name))
        assert (answer.status_code, answer["Location"]) == (302, page_of(request))


def test_a_form_sent_too_early_names_the_number_of_the_person_meant(signed_in: Client, photos: list[Artifact], ask: Ask) -> None:
    request = ask()
    answer = submit(signed_in, act_on(request, "approve"), page=LIST, reason="too early")
    assert answer.status_code == 422
    assert "This destroys 2 registered artifacts" in answer.content.decode()
    request.refresh_from_db()
    assert request.state == "awaiting_confirmation"


def test_the_list_filters_by_law_in_words_and_every_filter_has_some(signed_in: Client, ask: Ask) -> None:
    german, illinois = ask(), ask(reference="usr_ben", residence="IL")
    page = look(signed_in, LIST)
    words = Links(page.split('id="changelist-filter"')[1]).words
    assert {"no law sets a day", "GDPR", "California CCPA"} <= set(words)
    assert "" not in words
    gdpr, none = look(signed_in, f"{LIST}?law=GDPR_EU"), look(signed_in, f"{LIST}?law=none")
    assert [code in gdpr for code in (german.code[:12], illinois.code[:12])] == [True, False]
    assert [code in none for code in (german.code[:12], illinois.code[:12])] == [False, True]


def test_looking_again_within_the_hour_is_one_look_and_another_officer_is_another(signed_in: Client, deciding: Request, ask: Ask) -> None:
    other, vera = ask(reference="usr_other"), Client()
    # Both carry one name, as two people may.
    vera.force_login(officer("olga2", "view_request", "view_person"))
    with time_machine.travel(MOMENT, tick=False) as clock:
        for _refresh in range(3):
            look(signed_in, page_of(deciding))
        assert views_of(deciding) == 1
        look(vera, page_of(deciding))
        look(signed_in, page_of(other))
        assert (views_of(deciding), views_of(other)) == (2, 1)
        clock.shift(timedelta(hours=1))
        look(signed_in, page_of(deciding))
        assert views_of(deciding) == 3


def test_the_history_says_who_acted_the_person_and_the_service_too(signed_in: Client, deciding: Request, at: datetime) -> None:
    actions.receive(
        reference="usr_ana", email="ana@example.test", residence="", channel="form", language="en", at=at, actor=PERSON
    )  # leaves an entry and no row
    look(signed_in, page_of(deciding))
    submit(signed_in, act_on(deciding, "refuse"), reason="asked nine times", grounds="unfounded")
    found = [(version.state, version.who) for version in versions_of(deciding)]
    assert found == [
        ("awaiting confirmation", "the person"),
        ("to verify", "the person"),
        ("ready to decide", "Efface"),
        ("refused", "Olga"),
    ]
    page = look(signed_in, page_of(deciding)).split("<h2>History</h2>")[1]
    assert "<td>ready to decide</td><td>Efface</td>" in page
    assert "<td>–</td>" not in page
    assert "None" not in page


def test_where_ledger_and_history_do_not_run_side_by_side_no_name_is_guessed(deciding: Request, at: datetime) -> None:
    assert [version.who for version in versions_of(deciding)] == ["the person", "the person", "Efface"]
    note(deciding, "of_a_later_version", actor=OFFICER, at=at, payload={})
    assert [version.who for version in versions_of(deciding)] == ["", "", ""]


def test_a_system_in_trouble_is_named_on_the_page_of_the_request(
    signed_in: Client, deciding: Request, photos: list[Artifact], at: datetime
) -> None:
    system = factories.system("https://scan.example.test")
    Artifact.objects.update(system=system.pk)
    order = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified").order
    assert order
    assert "does not answer" not in look(signed_in, page_of(deciding))
    faulted(system=system, fault=BackendFault("no answer", kind="timeout"), at=at)
    words = f"System {system.name} does not answer as it should. We have waited since {order.ordered_at:%Y-%m-%d %H:%M} UTC."
    assert words in look(signed_in, page_of(deciding))
    succeeded(system=system, at=at)
    assert "does not answer" not in look(signed_in, page_of(deciding))


def test_the_search_takes_no_reference_of_a_person_because_it_stands_in_the_address(signed_in: Client, deciding: Request) -> None:
    assert deciding.code[:12] in look(signed_in, f"{LIST}?q={deciding.code}")
    assert "0 requests" in look(signed_in, f"{LIST}?q=usr_ana")
