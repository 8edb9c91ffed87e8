"""Spellings of one mailbox share its limit, odd addresses are refused, and a repeat does the work of a new request."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compliance.audit.models import Entry
from compliance.delivery.models import Promise
from compliance.subjects.models import Subject
from dsar.actions.receive import MAILS_A_DAY
from dsar.models import Request
from dsar.queries.claims import claim_of
from dsar.rules.mailboxes import mailbox, plain
from tests.apps.dsar.dsar_steps import submit

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]

SPELLINGS = [
    "victim@example.test",
    "Victim+1@Example.Test",
    "victim+2+3@example.test",
    '"victim"@example.test',
    '"v\\ictim+4"@example.test',
    "ｖictim＋5@example.test",
    " victim@example.test. ",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_spellings_are_one_mailbox(spelling: str) -> None:
    assert mailbox(spelling) == "victim@example.test"


def test_other_mailboxes_stay_others() -> None:
    assert len({mailbox(one) for one in ("ana@example.test", "an.a@example.test", "ana@mail.example.test", "+ana@example.test")}) == 4


def test_mallory_gets_no_more_mails_to_a_victim_by_spelling_the_address_anew(ask: Ask) -> None:
    requests = [ask(email=spelling) for spelling in SPELLINGS]
    # Equality is another question: what was typed differently is another claim.
    assert len({request.pk for request in requests}) == len(SPELLINGS)
    assert claim_of(requests[1]).email == "Victim+1@Example.Test"
    assert Promise.objects.filter(topic="dsar.mail_confirm").count() == MAILS_A_DAY


@pytest.mark.parametrize("email", ['"ana"@example.test', '"a\\na"@example.test', "ana@[127.0.0.1]", "ana@localhost"])
def test_an_address_in_an_odd_form_is_refused_with_a_sentence(browser: Client, email: str) -> None:
    answer = submit(browser, "/privacy/", reference="usr_ana", email=email)
    assert (answer.status_code, Request.objects.count()) == (422, 0)
    assert "Enter one such as name@example.com." in answer.content.decode()
    assert not plain(email)
    assert submit(browser, "/privacy/", reference="usr_ana", email="ana+scan@example.test").status_code == 302


def writes(act: Callable[[], object]) -> list[str]:
    """The tables an act inserts into, in order."""
    with CaptureQueriesContext(connection) as seen:
        act()
    return [query["sql"].split('"')[1] for query in seen if query["sql"].startswith('INSERT INTO "')]


@pytest.mark.parametrize("mails_before", [0, MAILS_A_DAY], ids=["mailed", "beyond the limit"])
def test_a_repeat_writes_as_much_as_a_new_request_and_leaves_nothing_of_it(ask: Ask, mails_before: int) -> None:
    """Else the time it takes would tell a stranger who has a request open."""
    ask()
    for number in range(mails_before):
        ask(reference=f"usr_{number}")
    before = (Request.objects.count(), Subject.objects.count(), Request.history.count())
    repeated = writes(ask)
    assert (Request.objects.count(), Subject.objects.count(), Request.history.count()) == before
    assert Entry.objects.latest("id").kind == "dsar:request:received_again"
    new = writes(lambda: ask(reference="usr_new"))
    assert Request.objects.count() == before[0] + 1
    assert len(new) > 5
    assert repeated == new
    assert ("delivery_promise" in new) == (mails_before == 0)


def test_a_repeat_of_a_confirmed_request_leaves_the_first_one_as_it_is(deciding: Request, ask: Ask) -> None:
    before = Request.objects.filter(pk=deciding.pk).values().get()
    assert ask() == deciding
    assert Request.objects.values().get() == before
