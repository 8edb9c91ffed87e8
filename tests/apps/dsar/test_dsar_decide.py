"""Confirming, verifying, deciding, answering: every arrow, and what each leaves behind."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from compliance.artifacts.models import Artifact
from compliance.audit.models import Entry
from compliance.core.actor import PERSON, SERVICE, Actor
from compliance.core.arrows import check
from compliance.core.errors import ArrowRefused, Invalid, KeyDestroyed, NotFound
from compliance.delivery.models import Promise
from compliance.erasure.models import Order
from compliance.subjects.models import Contact, Subject
from dsar import actions
from dsar.models import Request
from dsar.queries.claims import claim_of
from dsar.rules.arrows import ARROWS
from dsar.rules.codes import confirm_secret

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
State = Request.State
OFFICER = Actor("Olga Officer", "officer")


def kinds(request: Request) -> list[str]:
    entries = Entry.objects.filter(object_id=str(request.pk)).order_by("id")
    return [kind.removeprefix("dsar:request:") for kind in entries.values_list("kind", flat=True)]


def test_ana_uses_her_link_and_her_address_is_on_file(ana: Subject, ask: Ask, at: datetime) -> None:
    request = actions.confirm(secret=confirm_secret(ask().pk), actor=PERSON, at=at)
    assert (request.state, request.subject, request.verified_how) == ("deciding", ana, "email_on_file")
    assert request.confirmed_at == at
    assert kinds(request) == ["received", "confirmed", "matched"]


@pytest.mark.parametrize(("reference", "email"), [("usr_ana", "mallory@example.test"), ("usr_nobody", "ana@example.test")])
def test_mallory_confirms_and_an_officer_has_to_look(ana: Subject, ask: Ask, at: datetime, reference: str, email: str) -> None:
    request = actions.confirm(secret=confirm_secret(ask(reference, email).pk), actor=PERSON, at=at)
    assert (request.state, request.subject, request.verified_how) == ("verifying", None, "")
    assert kinds(request) == ["received", "confirmed"]


def test_a_link_works_once(ask: Ask, at: datetime) -> None:
    secret = confirm_secret(ask().pk)
    actions.confirm(secret=secret, actor=PERSON, at=at)
    with pytest.raises(NotFound):
        actions.confirm(secret=secret, actor=PERSON, at=at)


def test_a_link_works_for_thirty_days(ask: Ask, at: datetime) -> None:
    early, late = ask(), ask(reference="usr_late")
    assert actions.confirm(secret=confirm_secret(early.pk), actor=PERSON, at=at + timedelta(days=30, seconds=-1)).state == "verifying"
    with pytest.raises(NotFound):
        actions.confirm(secret=confirm_secret(late.pk), actor=PERSON, at=at + timedelta(days=30))
    late.refresh_from_db()
    assert late.state == "awaiting_confirmation"


def test_an_officer_may_be_quicker_than_the_link(ana: Subject, ask: Ask, at: datetime) -> None:
    request = ask()
    actions.verify(request_id=request.pk, actor=OFFICER, at=at, reason="called us from her number")
    confirmed = actions.confirm(secret=confirm_secret(request.pk), actor=PERSON, at=at)
    assert (confirmed.state, confirmed.verified_how, confirmed.confirmed_at) == ("deciding", "officer", at)
    assert kinds(request) == ["received", "verified", "confirmed"]


def test_an_officer_finds_the_record_that_was_meant(ana: Subject, ask: Ask, at: datetime) -> None:
    request = ask(reference="Ana, from the app")
    with pytest.raises(Invalid):
        actions.verify(request_id=request.pk, actor=OFFICER, at=at, reason="as claimed")
    with pytest.raises(Invalid):
        actions.verify(request_id=request.pk, actor=OFFICER, at=at, reason="  ", subject_reference="usr_ana")
    found = actions.verify(request_id=request.pk, actor=OFFICER, at=at, reason="receipt checked", subject_reference="usr_ana")
    assert (found.state, found.subject) == ("deciding", ana)


def test_yes_is_one_order_over_everything_in_the_same_transaction(deciding: Request, photos: list[Artifact], at: datetime) -> None:
    request = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified")
    order = Order.objects.get()
    assert (order.everything, order.reason, order.origin) == (True, "request", f"dsar:request:{request.pk}")
    assert order.rule == "The person asked: GDPR, GDPR 17(1)."
    assert (request.state, request.order, request.decided_by) == ("running", order, "Olga Officer")
    assert {outcome.artifact for outcome in order.outcomes.all()} == set(photos)
    assert kinds(request)[-1] == "approved"


def test_a_decision_that_fails_leaves_no_order(deciding: Request, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_facts: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("consent.actions.end_for_erasure", broken)
    with pytest.raises(RuntimeError):
        actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified")
    deciding.refresh_from_db()
    assert (deciding.state, Order.objects.count()) == ("deciding", 0)
    assert kinds(deciding) == ["received", "confirmed", "matched"]


def test_no_names_its_grounds_and_tells_the_person(deciding: Request, at: datetime) -> None:
    with pytest.raises(Invalid):
        actions.refuse(request_id=deciding.pk, grounds="we would rather not", actor=OFFICER, at=at, reason="no")
    request = actions.refuse(request_id=deciding.pk, grounds="legal_claims", actor=OFFICER, at=at, reason="a claim is open")
    assert (request.state, request.grounds, Order.objects.count()) == ("refused", "legal_claims", 0)
    assert Promise.objects.filter(topic="dsar.mail_refused").count() == 1


def test_a_second_decision_is_refused(deciding: Request, at: datetime) -> None:
    actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified")
    with pytest.raises(ArrowRefused):
        actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified")
    with pytest.raises(ArrowRefused):
        actions.refuse(request_id=deciding.pk, grounds="unfounded", actor=OFFICER, at=at, reason="changed my mind")
    with pytest.raises(ArrowRefused):
        actions.withdraw_by_person(request_id=deciding.pk, actor=PERSON, at=at)
    with pytest.raises(NotFound):
        actions.approve(request_id=uuid4(), actor=OFFICER, at=at, reason="verified")


def test_two_requests_for_one_person_share_one_order_and_are_both_answered(deciding: Request, at: datetime) -> None:
    other = actions.receive_from_system(reference="usr_ana", email="", system="scan-eu", language="en", at=at, actor=SERVICE).request
    first = actions.approve(request_id=deciding.pk, actor=OFFICER, at=at, reason="verified")
    second = actions.approve(request_id=other.pk, actor=OFFICER, at=at, reason="verified")
    assert first.order == second.order
    assert first.order
    assert actions.answer(order_id=first.order.pk, actor=SERVICE, at=at) == 2
    assert actions.answer(order_id=first.order.pk, actor=SERVICE, at=at) == 0
    assert set(Request.objects.values_list("state", flat=True)) == {"answered"}


def test_taking_it_back_erases_who_wrote(deciding: Request, at: datetime) -> None:
    assert Contact.objects.filter(subject=deciding.requester).count() == 1
    index = bytes(deciding.claim_index)
    actions.withdraw_by_person(request_id=deciding.pk, actor=PERSON, at=at)
    request = Request.objects.get(pk=deciding.pk)
    assert request.state == "withdrawn_by_person"
    assert Contact.objects.filter(subject=deciding.requester).count() == 0
    assert bytes(request.claim_index) != index
    with pytest.raises(KeyDestroyed):
        claim_of(request)
    assert kinds(request) == ["received", "confirmed", "matched", "withdrawn", "forgotten"]


def test_the_history_names_the_officer_the_state_and_the_reason(deciding: Request, at: datetime) -> None:
    actions.refuse(request_id=deciding.pk, grounds="unfounded", actor=OFFICER, at=at, reason="asked nine times")
    versions = [(v.state, v.history_change_reason) for v in deciding.history.order_by("history_id")]
    assert versions == [
        ("awaiting_confirmation", "received"),
        ("verifying", "link used"),
        ("deciding", "address on file"),
        ("refused", "asked nine times"),
    ]


@pytest.mark.parametrize("old", list(State))
def test_every_arrow_that_is_not_in_the_table_is_refused(old: State) -> None:
    expected = {
        State.RECEIVED: {"awaiting_confirmation", "deciding"},
        State.AWAITING_CONFIRMATION: {"verifying", "deciding", "refused", "withdrawn_by_person"},
        State.VERIFYING: {"deciding", "refused", "withdrawn_by_person"},
        State.DECIDING: {"running", "refused", "withdrawn_by_person"},
        State.RUNNING: {"answered"},
    }
    for new in State:
        if new in expected.get(old, set()):
            check(ARROWS, old, new)
        else:
            with pytest.raises(ArrowRefused):
                check(ARROWS, old, new)
