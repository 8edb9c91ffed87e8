"""After the answer: what of Ana goes, what stays and why, and mails that nobody takes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE, Actor
from compliance.delivery.models import Promise
from compliance.erasure.models import Order
from compliance.subjects import actions as subjects
from compliance.subjects.models import Contact, Subject
from compliance.subjects.queries import by_reference, emails, references
from consent.queries import standing
from dsar import actions
from dsar.models import Request
from dsar.rules.codes import status_code
from tests import factories
from tests.apps.dsar import dsar_mailboxes
from tests.apps.dsar.dsar_steps import look, submit

pytestmark = pytest.mark.django_db
Keep = Callable[[], int]
OFFICER = Actor("Olga Officer", "officer")


def approved(request: Request, at: datetime) -> Order:
    order = actions.approve(request_id=request.pk, actor=OFFICER, at=at, reason="verified").order
    assert order
    return order


def complete(order: Order, at: datetime) -> None:
    """Destruction itself is tested elsewhere."""
    Order.objects.filter(pk=order.pk).update(state="complete", completed_at=at, last_look_at=at)


def kinds(object_id: object) -> list[str]:
    return list(Entry.objects.filter(object_id=str(object_id)).order_by("id").values_list("kind", flat=True))


def test_when_ana_is_answered_no_address_of_hers_is_left_and_her_record_stays(ana: Subject, deciding: Request, at: datetime) -> None:
    factories.signed("usr_ana", email="ana@example.test")
    ben = subjects.know(reference="usr_ben", actor=SERVICE, at=at)
    subjects.add_contact(subject=ben, email="ana@example.test")
    order = approved(deciding, at)
    assert emails(ana.pk) == ["ana@example.test"]
    complete(order, at)
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    assert emails(ana.pk) == []
    assert set(Contact.objects.values_list("subject_id", flat=True)) == {ben.pk, deciding.requester_id}
    assert (by_reference("usr_ana"), references(ana.pk)) == (ana, ["usr_ana"])
    found = standing(reference="usr_ana", purpose="face_scan")
    assert found
    assert (found.state, found.release_id is not None) == ("withdrawn", True)
    assert kinds(ana.pk).count("subjects:contacts:forgotten") == 1
    entry = Entry.objects.get(kind="subjects:contacts:forgotten")
    assert (entry.payload, entry.subject_id) == (None, ana.pk)


def test_forgetting_addresses_twice_is_forgetting_them_once(ana: Subject, at: datetime) -> None:
    subjects.add_contact(subject=ana, email="ana@work.test")
    found = [subjects.forget_contacts(subject_id=ana.pk, actor=SERVICE, at=at, reason="a test") for _ in range(2)]
    assert found == [2, 0]
    assert kinds(ana.pk).count("subjects:contacts:forgotten") == 1


def test_ana_who_signs_anew_while_she_is_answered_keeps_the_address_of_that(ana: Subject, deciding: Request, at: datetime) -> None:
    order = approved(deciding, at)
    complete(order, at)
    factories.signed("usr_ana", email="new@example.test")
    actions.answer(order_id=order.pk, actor=SERVICE, at=clock.now())
    assert "new@example.test" in emails(ana.pk)


def test_taking_it_back_and_a_refusal_leave_the_addresses_on_file(ana: Subject, deciding: Request, at: datetime) -> None:
    actions.withdraw_by_person(request_id=deciding.pk, actor=PERSON, at=at)
    assert emails(ana.pk) == ["ana@example.test"]


def test_what_the_last_mail_says_of_addresses_is_true_when_it_is_sent(
    ana: Subject, deciding: Request, keep: Keep, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep()
    order = approved(deciding, at)
    sent: list[tuple[Any, ...]] = []

    def see(message: EmailMessage) -> int:
        text = " ".join(str(message.body).split())
        sent.append((emails(ana.pk), emails(deciding.requester_id), text))
        return 1

    monkeypatch.setattr(EmailMessage, "send", see)
    complete(order, at)
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    keep()
    ((on_file, wrote_from, text),) = sent
    assert (on_file, wrote_from) == ([], ["ana@example.test"])
    assert "We have deleted the e-mail addresses on file for you" in text
    assert "we delete the address of this mail once it is sent" in text
    assert "The reference the product uses for you." in text
    assert "What you signed" in text
    assert Contact.objects.count() == 0


def test_the_status_page_says_what_is_kept_once_it_is_true(browser: Client, deciding: Request, at: datetime) -> None:
    submit(browser, "/privacy/requests/", code=deciding.code, status_code=status_code(deciding.pk))
    url = f"/privacy/requests/{deciding.code}"
    assert "What we keep" not in look(browser, url)
    order = approved(deciding, at)
    assert "What we keep" not in look(browser, url)
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    page = look(browser, url)
    for words in ("What we keep, and why", "The reference the product uses for you", "What you signed", "We delete the e-mail addresses"):
        assert words in page


@pytest.mark.parametrize("error", [dsar_mailboxes.UNKNOWN_MAILBOX, dsar_mailboxes.REFUSED_CONTENT], ids=["mailbox", "content"])
def test_an_answer_that_no_mailbox_takes_is_recorded_and_who_wrote_is_erased(
    deciding: Request, keep: Keep, settings: Any, at: datetime, error: Exception
) -> None:
    keep()
    order = approved(deciding, at)
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    dsar_mailboxes.refuse_with(settings, error)
    assert Contact.objects.filter(subject=deciding.requester).exists()
    keep()
    assert Promise.objects.get(topic="dsar.mail_answered").state == "kept"
    assert kinds(deciding.pk)[-3:] == ["dsar:request:answered", "dsar:request:undeliverable", "dsar:request:forgotten"]
    assert not Contact.objects.filter(subject=deciding.requester).exists()


@pytest.mark.parametrize("error", [dsar_mailboxes.NOT_NOW, dsar_mailboxes.OUR_OWN_FAULT], ids=["greylist", "login"])
def test_a_mail_server_that_says_not_now_is_asked_again(
    deciding: Request, keep: Keep, settings: Any, outbox: list[Any], at: datetime, error: Exception
) -> None:
    keep()
    working = settings.EMAIL_BACKEND
    actions.answer(order_id=approved(deciding, at).pk, actor=SERVICE, at=at)
    dsar_mailboxes.refuse_with(settings, error)
    keep()
    waiting = Promise.objects.get(topic="dsar.mail_answered")
    assert (waiting.state, waiting.last_error) == ("waiting", type(error).__name__)
    assert kinds(deciding.pk)[-1] == "dsar:request:answered"
    settings.EMAIL_BACKEND = working
    Promise.objects.filter(pk=waiting.pk).update(due_at=at)
    keep()
    assert "The answer to your request" in outbox[-1].subject
    assert not Contact.objects.filter(subject=deciding.requester).exists()
