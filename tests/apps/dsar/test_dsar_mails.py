"""Mails: what they say, what they never say, and what happens after the last one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from compliance.audit.models import Entry
from compliance.core.actor import PERSON, SERVICE, Actor
from compliance.core.errors import LeaseLost
from compliance.delivery.actions import Lease
from compliance.delivery.models import Promise
from compliance.subjects.models import Contact, Subject
from dsar import actions, handlers
from dsar.models import Request
from dsar.rules.codes import confirm_secret, status_code

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
Keep = Callable[[], int]
OFFICER = Actor("Olga Officer", "officer")


def test_the_first_mail_holds_the_link_and_goes_to_the_address_given(ask: Ask, keep: Keep, outbox: list[Any]) -> None:
    request = ask()
    assert keep() == 1
    (message,) = outbox
    assert message.to == ["ana@example.test"]
    assert message.subject == "Please confirm your request"
    assert f"/privacy/confirm/{confirm_secret(request.pk)}\n" in message.body
    assert status_code(request.pk) not in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_every_mail_holds_the_reference_and_nothing_else_of_the_person(
    ana: Subject, ask: Ask, keep: Keep, outbox: list[Any], at: datetime
) -> None:
    request = ask()
    keep()
    actions.confirm(secret=confirm_secret(request.pk), actor=PERSON, at=at)
    keep()
    order = actions.approve(request_id=request.pk, actor=OFFICER, at=at, reason="verified").order
    assert order
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    keep()
    refused = ask(reference="usr_other")
    actions.refuse(request_id=refused.pk, grounds="not_confirmed", actor=OFFICER, at=at, reason="no answer")
    keep()
    assert [message.subject.split(" EF-")[0] for message in outbox] == [
        "Please confirm your request",
        "We have your request",
        "The answer to your request",
        "We refused your request",
    ]
    for message in outbox:
        text = f"{message.subject}\n{message.body}"
        assert "EF-" in text
        for secret in ("usr_ana", "usr_other", "ana@example.test", "ana@", str(ana.pk), "Olga", "{{", "{%"):
            assert secret not in text
    assert status_code(request.pk) in outbox[1].body
    assert "must answer by" in outbox[1].body
    assert "data protection authority" in outbox[3].body


def test_a_confirmed_request_is_not_asked_to_confirm_again(ask: Ask, keep: Keep, outbox: list[Any], at: datetime) -> None:
    actions.confirm(secret=confirm_secret(ask().pk), actor=PERSON, at=at)
    keep()
    assert [message.subject.split(" EF-")[0] for message in outbox] == ["We have your request"]


def test_after_the_answer_who_wrote_is_erased(deciding: Request, keep: Keep, outbox: list[Any], at: datetime) -> None:
    order = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified").order
    assert order
    keep()
    assert Contact.objects.filter(subject=deciding.requester).exists()
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    keep()
    request = Request.objects.get(pk=deciding.pk)
    assert "The answer to your request" in outbox[-1].subject
    assert not Contact.objects.filter(subject=request.requester).exists()
    assert request.requester.wrapped_key is None
    assert bytes(request.claim_sealed) == b""
    assert (request.state, request.decided_by, request.received_at is not None) == ("answered", "Olga Officer", True)
    mailed = Entry.objects.filter(object_id=str(request.pk), kind="dsar:request:mailed").count()
    assert mailed == 2


def test_an_order_that_is_complete_answers_through_the_outbox(deciding: Request, at: datetime) -> None:
    request = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified")
    waiting = Promise.objects.filter(topic="erasure.run").get()
    stale = Lease(waiting.pk, fence=99)
    with pytest.raises(LeaseLost):
        handlers.order_completed({"order": str(request.order_id)}, stale, at)
    request.refresh_from_db()
    assert request.state == "running"
    handlers.order_completed({"order": str(request.order_id)}, Lease(waiting.pk, fence=waiting.fence), at)
    request.refresh_from_db()
    assert request.state == "answered"


def test_a_worker_that_lost_its_lease_sends_nothing(ask: Ask, outbox: list[Any], at: datetime) -> None:
    ask()
    waiting = Promise.objects.get()
    with pytest.raises(LeaseLost):
        handlers.mail_confirm(waiting.payload, Lease(waiting.pk, fence=waiting.fence + 1), at)
    assert outbox == []


def test_promises_hold_no_secret_and_no_address(ask: Ask) -> None:
    request = ask()
    assert [promise.payload for promise in Promise.objects.all()] == [{"request": str(request.pk)}]
