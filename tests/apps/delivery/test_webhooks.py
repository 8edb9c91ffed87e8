"""Webhooks as Standard Webhooks asks: signed, thin, tried for days, never twice at once, and given up in sight of an officer."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.core.errors import Invalid
from compliance.delivery.actions import create_endpoint, rotate_secret, send_test, spread
from compliance.delivery.actions.messages import sender
from compliance.delivery.events import EVENTS
from compliance.delivery.models import Endpoint, Message, Promise
from compliance.delivery.rules import new_secret, signatures
from compliance.subjects.actions import destroy_key
from compliance.wiring import HANDLERS
from consent.actions import withdraw
from consent.models import Change
from consent.queries.webhooks import TELLERS
from consent.rules.copies import TRAINING, TYPES
from tests.apps.delivery.far import OLGA, Far, endpoint, hurry, verified, worked
from tests.factories import signed

pytestmark = pytest.mark.django_db(transaction=True)


def test_c6_a_withdrawal_is_told_with_a_signature_that_holds_and_nothing_but_ids(far: Far) -> None:
    new = endpoint(far)
    release = signed("usr_ana", email="ana@example.com", name="Ana Canary")
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    worked()
    told = {json.loads(body)["type"]: (headers, json.loads(body), body) for headers, body in far.got}
    assert set(told) == {"release.signed", "release.withdrawn"}
    headers, said, raw = told["release.withdrawn"]
    change = Change.objects.get(event="withdrawn")
    assert said == {
        "type": "release.withdrawn",
        "timestamp": clock.to_text(change.at),
        "data": {"change": str(change.pk), "purpose": "face_scan", "subject": str(release.subject_id), "references": ["usr_ana"]},
    }
    assert verified(new.text, headers, raw)
    assert not verified(new_secret(), headers, raw)
    assert not verified(new.text, headers, raw.replace(b"withdrawn", b"granted"))
    assert headers["content-type"] == "application/json"
    assert b"Canary" not in raw
    assert set(Message.objects.values_list("state", "attempts", "last_result")) == {("delivered", 1, "")}


def test_the_library_of_the_standard_accepts_ours(far: Far) -> None:
    webhooks = pytest.importorskip("standardwebhooks.webhooks")
    new = endpoint(far)
    send_test(endpoint_id=new.endpoint.pk, actor=OLGA, at=clock.now())
    worked()
    ((headers, body),) = far.got
    assert webhooks.Webhook(new.text).verify(body, headers)["type"] == "efface.test"
    with pytest.raises(webhooks.WebhookVerificationError):
        webhooks.Webhook(new_secret()).verify(body, headers)
    with pytest.raises(webhooks.WebhookVerificationError):
        webhooks.Webhook(new.text).verify(body + b" ", headers)


def test_a_signature_of_the_specification_comes_out_as_printed_there() -> None:
    """The example of the Standard Webhooks libraries."""
    body = b'{"test": 2432232314}'
    made = signatures(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_nobody_promises_anything_while_nobody_listens(far: Far) -> None:
    signed("usr_ana")
    assert not Promise.objects.filter(topic="consent.notify").exists()
    endpoint(far, "release.withdrawn")
    signed("usr_ben")
    assert not Promise.objects.filter(topic="consent.notify").exists()
    release = signed("usr_cy")
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    worked()
    assert [json.loads(body)["type"] for _, body in far.got] == ["release.withdrawn"]


def test_every_event_of_the_feed_has_a_type_that_an_endpoint_can_choose() -> None:
    assert set(TYPES) == set(Change.Event.values)
    told_elsewhere = {"deletion.ordered", "hold.placed", "hold.released"}
    assert {*TYPES.values(), TRAINING, *told_elsewhere} == set(EVENTS)
    assert set(TELLERS) == told_elsewhere


def test_what_is_said_is_built_at_each_try_so_that_an_erasure_reaches_what_waits(far: Far) -> None:
    endpoint(far, "release.signed")
    release = signed("usr_ana")
    far.status = 500
    worked()
    assert b"usr_ana" in far.got[0][1]
    destroy_key(subject_id=release.subject_id, actor=SERVICE, at=clock.now(), reason="test")
    far.status = 200
    hurry(Message.objects.get())
    worked()
    assert json.loads(far.got[-1][1])["data"]["references"] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM delivery_message m WHERE m::text LIKE '%%usr_ana%%'")
        assert cursor.fetchone() == (0,)


def test_during_a_rotation_both_secrets_sign_and_afterwards_the_new_one_alone(far: Far) -> None:
    old = endpoint(far)
    there = old.endpoint.pk
    new = rotate_secret(endpoint_id=there, overlap=timedelta(hours=1), actor=OLGA, at=clock.now(), reason="yearly")
    send_test(endpoint_id=there, actor=OLGA, at=clock.now())
    worked()
    headers, body = far.got[-1]
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert verified(old.text, headers, body)
    assert verified(new.text, headers, body)
    row = Endpoint.objects.get()
    row.previous_until = clock.now()
    row.save()
    send_test(endpoint_id=there, actor=OLGA, at=clock.now())
    worked()
    headers, body = far.got[-1]
    assert not verified(old.text, headers, body)
    assert verified(new.text, headers, body)
    last = rotate_secret(endpoint_id=there, overlap=timedelta(0), actor=OLGA, at=clock.now(), reason="it leaked")
    send_test(endpoint_id=there, actor=OLGA, at=clock.now())
    worked()
    headers, body = far.got[-1]
    assert [verified(s.text, headers, body) for s in (old, new, last)] == [False, False, True]


def test_a_secret_is_nowhere_in_the_database_in_clear(far: Far) -> None:
    new = endpoint(far)
    raw = base64.b64decode(new.text.removeprefix("whsec_"))
    assert len(raw) == 32
    row = Endpoint.objects.get()
    assert raw not in bytes(row.secret_sealed)
    assert new.text.encode() not in bytes(row.secret_sealed)
    assert new.text not in repr(new)
    history = row.history.model
    assert {"secret_sealed", "previous_sealed"} & {field.name for field in history._meta.fields} == set()


def test_a_change_told_twice_makes_one_message_for_each_endpoint(far: Far) -> None:
    endpoint(far)
    create_endpoint(url=f"{far.url}/second", events=["release.signed"], actor=OLGA, at=clock.now())
    signed("usr_ana")
    change = Change.objects.get()
    worked()
    with transaction.atomic():
        assert spread(event="release.signed", about=change.pk, at=clock.now()) == 0
    assert Message.objects.count() == 2
    assert len(set(far.ids())) == 2


@pytest.mark.parametrize("url", ["http://hooks.example.com", "https://user:pass@hooks.example.com", "ftp://x", "https://x?y=1", ""])
def test_x29_an_address_that_may_never_be_called_makes_no_endpoint(settings: Any, url: str) -> None:
    settings.BACKEND_ALLOW = []
    with pytest.raises(Invalid):
        create_endpoint(url=url, events=list(EVENTS), actor=OLGA, at=clock.now())
    assert Endpoint.objects.count() == 0


@pytest.mark.parametrize("events", [[], ["release.sold"], ["efface.test"]])
def test_an_endpoint_hears_of_known_events_or_is_not_made(far: Far, events: list[str]) -> None:
    with pytest.raises(Invalid):
        create_endpoint(url=far.url, events=events, actor=OLGA, at=clock.now())


def test_the_wiring_keeps_both_topics() -> None:
    assert {"consent.notify", "delivery.webhook"} <= set(HANDLERS)
    assert callable(sender(lambda _event, _id: (clock.now(), {})))
