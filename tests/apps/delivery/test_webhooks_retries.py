"""When webhooks do not arrive: tried for days, never twice at once, and given up in sight of an officer."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from compliance.core import clock
from compliance.delivery.actions import disable, drain, enable, replay
from compliance.delivery.actions.drain import claim_one
from compliance.delivery.models import Endpoint, Message, Promise
from compliance.delivery.rules import JITTER, SCHEDULE, wait
from tests.apps.delivery.far import OLGA, Far, a_test_to, hurry, worked
from tests.factories import signed

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_tried_for_days_with_the_same_id_and_then_given_up(far: Far) -> None:
    message = a_test_to(far)
    far.status = 503
    waits = []
    for _ in SCHEDULE[1:]:
        worked()
        waits.append(hurry(message).total_seconds())
    assert all(due - 2 <= waited <= due * (1 + JITTER) for waited, due in zip(waits, SCHEDULE[1:], strict=True)), waits
    worked()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_result, message.next_at) == ("dead", len(SCHEDULE), "status 503", None)
    assert far.ids() == [str(message.pk)] * len(SCHEDULE)
    assert worked() == 0
    assert Promise.objects.get().state == "kept"


def test_jitter_only_ever_waits_longer_and_the_schedule_has_an_end() -> None:
    assert [wait(n, None) is None for n in (1, len(SCHEDULE) - 1, len(SCHEDULE))] == [False, False, True]
    drawn = {wait(2, None) for _ in range(50)}
    assert len(drawn) > 10
    assert all(300 <= (seconds or 0) <= 360 for seconds in drawn)


def test_the_receiver_may_ask_for_more_time(far: Far) -> None:
    message = a_test_to(far)
    far.status, far.headers = 429, {"Retry-After": "900"}
    worked()
    assert 890 < hurry(message).total_seconds() <= 900


def test_a_redirect_is_a_failure_and_is_not_followed(far: Far) -> None:
    message = a_test_to(far)
    far.status, far.headers = 307, {"Location": far.url}
    worked()
    message.refresh_from_db()
    assert (len(far.got), message.state, message.last_result) == (1, "waiting", "status 307")


def test_a_410_switches_the_endpoint_off_on_record(far: Far) -> None:
    message = a_test_to(far)
    far.status = 410
    worked()
    message.refresh_from_db()
    gone = Endpoint.objects.get()
    assert (message.state, gone.enabled, gone.why) == ("dead", False, "it answered 410: gone")
    assert gone.history.first().history_change_reason == "it answered 410: gone"
    signed("usr_ana")
    assert worked() >= 0
    assert Message.objects.count() == 1


def test_what_waits_for_an_endpoint_that_is_off_is_given_up_and_can_be_sent_when_it_is_on_again(far: Far) -> None:
    message = a_test_to(far)
    there = Endpoint.objects.get().pk
    disable(endpoint_id=there, actor=OLGA, at=clock.now(), reason="moving house")
    worked()
    message.refresh_from_db()
    assert (message.state, message.last_result, far.got) == ("dead", "endpoint switched off", [])
    enable(endpoint_id=there, actor=OLGA, at=clock.now(), reason="moved")
    assert replay(ids=[message.pk], actor=OLGA, at=clock.now(), reason="moved") == 1
    worked()
    message.refresh_from_db()
    assert (message.state, message.round, far.ids()) == ("delivered", 2, [str(message.pk)])
    assert replay(ids=[message.pk], actor=OLGA, at=clock.now(), reason="again") == 0


def test_an_old_round_s_promise_does_nothing_after_a_replay(far: Far) -> None:
    """A worker died after it recorded the end, before its promise was kept; meanwhile an officer sends again."""
    message = a_test_to(far)
    Message.objects.filter(pk=message.pk).update(state="dead")
    replay(ids=[message.pk], actor=OLGA, at=clock.now(), reason="test")
    assert Promise.objects.filter(topic="delivery.webhook", state="waiting").count() == 2
    worked()
    assert len(far.got) == 1


def test_two_workers_do_not_send_one_try_at_once(far: Far) -> None:
    a_test_to(far)
    taken: list[object] = []

    def second_worker() -> None:
        taken.append(claim_one())
        connection.close()

    far.meanwhile = second_worker
    worked()
    assert (taken, len(far.got)) == ([None], 1)


def test_a_worker_that_dies_between_the_answer_and_its_record_sends_it_again_with_the_same_id(far: Far) -> None:
    message = a_test_to(far)

    class Killed(BaseException):
        """As a kill: no handler sees it."""

    def dying(payload: Any, lease: Any, at: Any) -> Any:
        from compliance.delivery.actions.messages import attempt

        attempt(Message.objects.get(), lambda _event, _id: (at, {}), at)
        raise Killed

    with pytest.raises(Killed):
        drain({"delivery.webhook": dying})
    message.refresh_from_db()
    assert (message.state, message.attempts, len(far.got)) == ("waiting", 0, 1)
    Promise.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    worked()
    message.refresh_from_db()
    assert (message.state, far.ids()) == ("delivered", [str(message.pk)] * 2)


def test_a_worker_that_lost_its_lease_records_nothing(far: Far) -> None:
    message = a_test_to(far)

    def overtaken() -> None:
        Promise.objects.update(fence=99)
        connection.close()

    far.meanwhile = overtaken
    worked()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 0)


def test_x29_an_endpoint_whose_name_leads_home_gets_nothing(far: Far, settings: Any) -> None:
    message = a_test_to(far)
    settings.BACKEND_ALLOW = []
    row = Endpoint.objects.get()
    row.url = far.url.replace("http://127.0.0.1", "https://localhost")
    row.save()
    worked()
    message.refresh_from_db()
    assert (far.got, message.state, message.last_result) == ([], "waiting", "private address")
