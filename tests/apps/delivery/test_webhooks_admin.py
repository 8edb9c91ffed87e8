"""Webhooks in the admin: who may, what is asked, and a secret that is on one page once."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.audit.models import Entry
from compliance.core import clock
from compliance.delivery.actions import send_test
from compliance.delivery.events import EVENTS
from compliance.delivery.models import Endpoint, Message
from tests.apps.delivery.far import OLGA, Far, endpoint, worked
from tests.factories import officer

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(officer("oskar", "operator"))
    return client


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:delivery_{name}", args=args)


def given_up(far: Far) -> Message:
    """A message that an endpoint refused for good."""
    made = send_test(endpoint_id=endpoint(far).endpoint.pk, actor=OLGA, at=clock.now())
    Message.objects.filter(pk=made.pk).update(state="dead", last_result="status 500", attempts=10, next_at=None)
    return made


def test_the_secret_is_on_one_page_once(operator: Client, far: Far) -> None:
    form = {"url": far.url, "events": ["release.withdrawn"], "reason": "the scan backend listens"}
    shown = operator.post(page("endpoint_add"), form)
    match = SECRET.search(shown.content.decode())
    assert match
    assert "no-store" in shown["Cache-Control"]
    made = Endpoint.objects.get()
    assert (made.url, made.events, made.enabled) == (far.url, ["release.withdrawn"], True)
    assert made.history.get().history_change_reason == "the scan backend listens"
    for address in (page("endpoint_changelist"), page("endpoint_change", made.pk), page("endpoint_history", made.pk)):
        html = operator.get(address).content.decode()
        assert far.url in html
        assert not SECRET.search(html)
    assert Entry.objects.get(kind="delivery:endpoint:created").actor_name == "Olga Officer"
    assert not SECRET.search(str(list(Entry.objects.values_list("payload", flat=True))))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "http://10.0.0.1/x"}, "must use https"),
        ({"url": "https://u:p@hooks.example.com"}, "without name"),
        ({"events": []}, "This field is required"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_a_wrong_form_makes_nothing_and_says_what_to_mend(operator: Client, far: Far, change: dict[str, Any], words: str) -> None:
    answer = operator.post(page("endpoint_add"), {"url": far.url, "events": list(EVENTS), "reason": "a good one", **change})
    assert words in answer.content.decode()
    assert Endpoint.objects.count() == 0


def test_one_address_is_one_endpoint(operator: Client, far: Far) -> None:
    endpoint(far)
    answer = operator.post(page("endpoint_add"), {"url": far.url, "events": list(EVENTS), "reason": "once more"})
    assert "There is an endpoint with this address" in answer.content.decode()
    assert Endpoint.objects.count() == 1


def test_a_new_secret_is_shown_once_and_the_one_before_has_an_end(operator: Client, far: Far) -> None:
    old = endpoint(far)
    address = page("endpoint_secret", old.endpoint.pk)
    assert not SECRET.search(operator.get(address).content.decode())
    shown = operator.post(address, {"overlap": "24", "reason": "yearly change"}).content.decode()
    match = SECRET.search(shown)
    assert match
    assert match[0] != old.text
    row = Endpoint.objects.get()
    assert row.previous_until is not None
    assert 23 < (row.previous_until - clock.now()).total_seconds() / 3600 <= 24
    operator.post(address, {"overlap": "0", "reason": "it leaked"})
    row.refresh_from_db()
    assert row.previous_sealed is None
    assert Endpoint.objects.filter(previous_until=None).count() == 1


def test_switching_off_and_on_asks_why_and_says_what_it_does(operator: Client, far: Far) -> None:
    pk = endpoint(far).endpoint.pk
    assert "change feed" in operator.get(page("endpoint_disable", pk)).content.decode()
    operator.post(page("endpoint_disable", pk), {"reason": ""})
    assert Endpoint.objects.get().enabled
    operator.post(page("endpoint_disable", pk), {"reason": "moving house"})
    off = Endpoint.objects.get()
    assert (off.enabled, off.why) == (False, "moving house")
    operator.post(page("endpoint_enable", pk), {"reason": "moved"})
    assert [row.history_change_reason for row in Endpoint.history.order_by("history_date")] == ["created", "moving house", "moved"]


def test_a_test_message_goes_out_and_its_page_says_what_came_of_it(operator: Client, far: Far) -> None:
    pk = endpoint(far).endpoint.pk
    answer = operator.post(page("endpoint_test", pk))
    message = Message.objects.get()
    assert answer["Location"] == page("message_change", message.pk)
    worked()
    assert far.ids() == [str(message.pk)]
    assert "delivered" in operator.get(page("message_change", message.pk)).content.decode().lower()


def test_an_officer_finds_what_was_given_up_and_sends_it_again_with_a_reason(operator: Client, far: Far) -> None:
    dead = given_up(far)
    assert "Webhook messages given up" in operator.get(reverse("admin:index")).content.decode()
    shown = operator.get(page("message_changelist") + "?state__exact=dead").content.decode()
    assert "status 500" in shown
    chosen = operator.post(page("message_changelist"), {"action": "send_again", "_selected_action": [str(dead.pk)]})
    assert chosen["Location"] == f"{page('message_replay')}?ids={dead.pk}"
    assert "1 message that was given up" in operator.get(chosen["Location"]).content.decode()
    operator.post(chosen["Location"], {"reason": ""})
    dead.refresh_from_db()
    assert dead.state == "dead"
    operator.post(chosen["Location"], {"reason": "their server is back"})
    worked()
    dead.refresh_from_db()
    assert (dead.state, far.ids()) == ("delivered", [str(dead.pk)])
    entry = Entry.objects.get(kind="delivery:message:replayed")
    assert entry.payload is not None
    assert (entry.object_id, entry.payload["reason"], entry.actor_role) == (str(dead.pk), "their server is back", "officer")


def test_nonsense_in_the_address_replays_nothing(operator: Client, far: Far) -> None:
    given_up(far)
    answer = operator.post(page("message_replay") + "?ids=x,,%00,1", {"reason": "a good one"})
    assert answer.status_code in {302, 400}
    assert Message.objects.get().state == "dead"


@pytest.mark.parametrize("role", ["viewer", "officer", "senior officer", "auditor"])
def test_only_operators_touch_webhooks(client: Client, far: Far, role: str) -> None:
    dead = given_up(far)
    client.force_login(officer("vera", role))
    pk = dead.endpoint_id
    changes = [page("endpoint_add"), *(page(f"endpoint_{name}", pk) for name in ("secret", "disable", "enable", "test"))]
    for address in (*changes, f"{page('message_replay')}?ids={dead.pk}"):
        answer = client.post(address, {"reason": "a good one", "overlap": "0", "url": far.url, "events": list(EVENTS)})
        assert answer.status_code == 403, address
    client.post(page("message_changelist"), {"action": "send_again", "_selected_action": [str(dead.pk)]})
    assert (Endpoint.objects.count(), Message.objects.get().state) == (1, "dead")
    assert client.get(page("message_changelist")).status_code == (200 if role == "auditor" else 403)


def test_nothing_is_edited_or_deleted_by_hand(operator: Client, far: Far) -> None:
    dead = given_up(far)
    before = Endpoint.objects.values().get()
    operator.post(page("endpoint_change", dead.endpoint_id), {"url": "https://evil.example.com", "enabled": "", "events": "x"})
    for address in (page("endpoint_delete", dead.endpoint_id), page("message_delete", dead.pk)):
        assert operator.post(address, {"post": "yes"}).status_code == 403
    assert Endpoint.objects.values().get() == before
