"""One endpoint that hangs keeps neither the other endpoints nor anything else waiting."""

import time
from datetime import timedelta

import pytest

from compliance.core import clock
from compliance.delivery.actions import drain, send_test
from compliance.delivery.models import EndpointCondition, Message, Promise
from tests.apps.delivery.far import OLGA, Far, a_test_to, worked

pytestmark = pytest.mark.django_db(transaction=True)


def test_after_a_fault_an_endpoint_is_left_alone_and_what_waits_for_it_costs_no_call(far: Far) -> None:
    far.status = 503
    first = a_test_to(far)
    for _ in range(4):
        send_test(endpoint_id=first.endpoint_id, actor=OLGA, at=clock.now())
    worked()
    condition = EndpointCondition.objects.get()
    assert (len(far.got), condition.faults_in_a_row) == (1, 1)
    assert condition.open_until is not None
    assert set(Message.objects.exclude(attempts=1).values_list("attempts", flat=True)) == {0}
    assert Promise.objects.filter(state="waiting", due_at__gte=condition.open_until - timedelta(milliseconds=1)).count() >= 4
    EndpointCondition.objects.update(open_until=None)
    far.status = 204
    Promise.objects.filter(state="waiting").update(due_at=clock.now(), lease_until=None)
    worked()
    assert EndpointCondition.objects.get().faults_in_a_row == 0


def test_an_endpoint_that_is_being_called_is_not_called_by_a_second_worker(far: Far) -> None:
    message = a_test_to(far)
    EndpointCondition.objects.create(endpoint_id=message.endpoint_id, busy_until=clock.now() + timedelta(seconds=9))
    worked()
    assert far.got == []
    EndpointCondition.objects.update(busy_until=clock.now() - timedelta(seconds=1))
    Promise.objects.update(due_at=clock.now(), lease_until=None)
    worked()
    assert len(far.got) == 1


def test_a_message_goes_after_what_people_wait_for() -> None:
    far_promise = {"topic": "delivery.webhook", "key": "a", "made_at": clock.now(), "due_at": clock.now() - timedelta(hours=1)}
    Promise.objects.create(**far_promise)
    Promise.objects.create(topic="dsar.mail_confirm", key="b", urgent=True, made_at=clock.now(), due_at=clock.now())
    kept: list[str] = []
    keepers = {topic: (lambda _p, _l, _a, topic=topic: kept.append(topic)) for topic in ("delivery.webhook", "dsar.mail_confirm")}
    drain(keepers)
    assert kept == ["dsar.mail_confirm", "delivery.webhook"]


def test_a_turn_of_a_worker_ends_and_the_rest_waits_for_the_next_one() -> None:
    for number in range(3):
        Promise.objects.create(topic="slow", key=str(number), made_at=clock.now(), due_at=clock.now())

    def slow(*_: object) -> None:
        time.sleep(0.05)

    assert drain({"slow": slow}, seconds=0.04) == 1
    assert drain({"slow": slow}) == 2
