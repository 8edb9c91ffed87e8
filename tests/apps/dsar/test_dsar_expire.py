"""Requests that nobody confirmed: they end, who wrote is forgotten, and asking again is a new request."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from compliance.audit.models import Entry
from compliance.core.actor import PERSON, Actor
from compliance.core.errors import KeyDestroyed, NotFound
from compliance.delivery.models import Promise
from compliance.subjects.models import Contact, Subject
from dsar import actions
from dsar.models import Request
from dsar.queries.claims import claim_of
from dsar.rules.codes import CONFIRM_LIFE, confirm_secret
from tests.apps.dsar.dsar_steps import look

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
OFFICER = Actor("Olga Officer", "officer")
SECOND = timedelta(seconds=1)


def states() -> dict[Any, str]:
    return dict(Request.objects.values_list("pk", "state"))


def test_a_link_that_nobody_used_ends_the_request_and_who_wrote_is_erased(ask: Ask, at: datetime) -> None:
    old, young = ask(), ask(reference="usr_young", at=at + SECOND)
    ends_at = at + CONFIRM_LIFE
    assert actions.expire_unconfirmed(at=ends_at - SECOND) == 0
    assert states() == {old.pk: "awaiting_confirmation", young.pk: "awaiting_confirmation"}
    assert claim_of(old).email == "ana@example.test"
    assert [actions.expire_unconfirmed(at=ends_at), actions.expire_unconfirmed(at=ends_at)] == [1, 0]
    assert states() == {old.pk: "refused", young.pk: "awaiting_confirmation"}
    old = Request.objects.get(pk=old.pk)
    assert (old.grounds, old.decided_by, old.decided_at) == ("not_confirmed", "Efface", ends_at)
    assert list(Contact.objects.values_list("subject_id", flat=True)) == [young.requester_id]
    with pytest.raises(KeyDestroyed):
        claim_of(old)
    kinds = list(Entry.objects.filter(object_id=str(old.pk)).order_by("id").values_list("kind", flat=True))
    assert kinds == ["dsar:request:received", "dsar:request:expired", "dsar:request:forgotten"]
    assert not Promise.objects.filter(topic="dsar.mail_refused").exists()


def test_what_was_confirmed_or_verified_does_not_end(ana: Subject, ask: Ask, at: datetime) -> None:
    confirmed, verified = ask(reference="usr_nobody"), ask()
    actions.confirm(secret=confirm_secret(confirmed.pk), actor=PERSON, at=at)
    actions.verify(request_id=verified.pk, actor=OFFICER, at=at, reason="called us from her number")
    assert actions.expire_unconfirmed(at=at + 2 * CONFIRM_LIFE) == 0
    assert states() == {confirmed.pk: "verifying", verified.pk: "deciding"}


def test_asking_again_after_the_end_is_a_new_request_with_a_link_that_works(ask: Ask, at: datetime) -> None:
    first = ask()
    assert ask(at=at + CONFIRM_LIFE - SECOND).pk == first.pk
    later = at + CONFIRM_LIFE
    second = ask(at=later)
    assert states() == {first.pk: "refused", second.pk: "awaiting_confirmation"}
    assert second.received_at == later
    with pytest.raises(NotFound):
        actions.confirm(secret=confirm_secret(first.pk), actor=PERSON, at=later)
    assert actions.confirm(secret=confirm_secret(second.pk), actor=PERSON, at=later).state == "verifying"


@time_machine.travel("2026-11-20T12:05:00Z", tick=False)
def test_the_mail_names_the_day_on_which_the_link_ends_also_when_it_is_sent_again(
    ask: Ask, keep: Callable[[], int], outbox: list[Any]
) -> None:
    received_at = datetime.fromisoformat("2026-11-20T12:05:00Z")
    ask(residence="", at=received_at - timedelta(days=20))
    ask(residence="", at=received_at)
    assert keep() == 2
    assert len(outbox) == 2
    for message in outbox:
        assert "The link works once, until 30 November 2026, 12:05 UTC." in message.body


def test_a_link_that_has_ended_is_not_mailed(ask: Ask, keep: Callable[[], int], outbox: list[Any], at: datetime) -> None:
    ask(at=at - CONFIRM_LIFE)
    assert keep() == 1
    assert outbox == []


def test_olga_reads_why_it_was_closed(signed_in: Client, ask: Ask, at: datetime) -> None:
    request = ask(at=at - CONFIRM_LIFE)
    actions.expire_unconfirmed(at=at)
    page = look(signed_in, reverse("admin:dsar_request_change", args=[request.pk]))
    assert "Nobody used the link in the mail: closed" in page
    assert "erased on" in page
