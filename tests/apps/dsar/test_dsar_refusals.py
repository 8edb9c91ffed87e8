"""A refusal cites the rule of the person's own law and no other's, and says nothing untrue."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.core.actor import Actor
from compliance.core.errors import ArrowRefused, Invalid
from compliance.law import regimes
from compliance.subjects.models import Subject
from dsar import actions
from dsar.models import Request
from dsar.rules.grounds import GROUNDS
from tests.apps.dsar.dsar_steps import look

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
Keep = Callable[[], int]
OFFICER = Actor("Olga Officer", "officer")


def refusal(request: Request, grounds: str, keep: Keep, outbox: list[Any], at: datetime) -> str:
    actions.refuse(request_id=request.pk, grounds=grounds, actor=OFFICER, at=at, reason="looked into it")
    keep()
    text: str = outbox[-1].body
    return text


@pytest.mark.parametrize(
    ("residence", "rule"),
    [("EU:DE", "The rule: GDPR 12(6)\n"), ("UK", "The rule: UK GDPR 12(6)\n"), ("CA", "The rule: 11 CCR 7022(a), 7060\n")],
)
def test_the_mail_cites_the_law_of_the_place(ask: Ask, keep: Keep, outbox: list[Any], at: datetime, residence: str, rule: str) -> None:
    body = refusal(ask(residence=residence), "not_verified", keep, outbox, at)
    assert rule in body
    assert body.count("The rule:") == 1


@pytest.mark.parametrize("residence", ["IL", "CO", ""])
@pytest.mark.parametrize("grounds", sorted(GROUNDS))
def test_where_we_hold_no_rule_of_that_law_none_is_cited(
    ask: Ask, keep: Keep, outbox: list[Any], at: datetime, residence: str, grounds: str
) -> None:
    body = refusal(ask(residence=residence), grounds, keep, outbox, at)
    assert str(GROUNDS[grounds].words) in body
    for foreign in ("The rule:", "GDPR", "CCR", "Civ. Code"):
        assert foreign not in body
    assert "\n\n\n" not in body.strip()


def test_every_rule_stands_in_a_law_we_know() -> None:
    named = {law for ground in GROUNDS.values() for law in ground.rules}
    assert named == {"GDPR_EU", "UK_GDPR", "CCPA"}
    assert named <= set(regimes.laws())


def test_olga_is_offered_grounds_with_the_rule_of_the_requests_law(signed_in: Client, ask: Ask) -> None:
    german, illinois = ask(), ask(reference="usr_ben", residence="IL")
    page = look(signed_in, reverse("admin:dsar_request_refuse", args=[german.pk]))
    assert "We could not verify who asks (GDPR 12(6))" in page
    assert "CCR" not in page
    page = look(signed_in, reverse("admin:dsar_request_refuse", args=[illinois.pk]))
    assert "We could not verify who asks" in page
    assert "GDPR" not in page


def test_nothing_under_this_reference_is_said_only_where_it_is_true(
    ana: Subject, ask: Ask, keep: Keep, outbox: list[Any], at: datetime
) -> None:
    with pytest.raises(Invalid):
        refusal(ask(), "no_record", keep, outbox, at)
    body = refusal(ask(reference="usr_nobody"), "no_record", keep, outbox, at)
    assert "We hold nothing under this reference." in body
    assert dict(Request.objects.values_list("state", "grounds")) == {"awaiting_confirmation": "", "refused": "no_record"}


def test_a_closed_request_is_closed_for_that_too(ask: Ask, keep: Keep, outbox: list[Any], at: datetime) -> None:
    request = ask(reference="usr_nobody")
    refusal(request, "no_record", keep, outbox, at)
    with pytest.raises(ArrowRefused):
        refusal(request, "no_record", keep, outbox, at)
