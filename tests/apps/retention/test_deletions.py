"""D3: "delete now" on one thing alone, over REST."""

import uuid
from typing import Any

import pytest
from django.test import Client

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.erasure.models import Order
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(client: Client, settings: Any) -> Any:
    settings.ANNOUNCE_WORK = ""
    key = factories.api_key()

    def post(subject: str, artifact: str, key: str = key) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid.uuid4().hex}
        body = {"subject": subject, "artifact": artifact}
        return client.post("/api/v1/deletions", body, content_type="application/json", headers=headers)

    return post


def read(client: Client, number: str, key: str) -> Any:
    return client.get(f"/api/v1/deletions/{number}", headers={"Authorization": f"Bearer {key}"})


def belongings(reference: str) -> None:
    factories.signed(reference)
    made = [factories.item(f"{reference}-up"), factories.item(f"{reference}-model", "personal_model", store="models")]
    child = factories.item(f"{reference}-child", "generated_output", derived_from=f"{reference}-model", biometric=False)
    assert len(factories.artifacts(reference, [*made, child])) == 3


def test_d3_the_model_alone_is_ordered_destroyed_with_what_was_made_from_it(send: Any) -> None:
    belongings("usr_ana")
    answer = send("usr_ana", "usr_ana-model")
    assert answer.status_code == 202, answer.content
    order = Order.objects.get(pk=answer.json()["id"])
    assert (order.reason, order.everything, order.state) == ("request", False, "open")
    assert order.origin.startswith("retention:deletion:")
    assert set(order.outcomes.values_list("artifact__external_id", flat=True)) >= {"usr_ana-model", "usr_ana-child"}
    assert not order.outcomes.filter(artifact__external_id="usr_ana-up").exists()
    assert {a["state"] for a in answer.json()["artifacts"]} == {"planned"}


def test_asking_twice_is_one_order_and_after_the_end_the_same_answer(send: Any) -> None:
    belongings("usr_ana")
    first = send("usr_ana", "usr_ana-model").json()
    assert send("usr_ana", "usr_ana-model").json()["id"] == first["id"]
    Artifact.objects.filter(external_id__in=["usr_ana-model", "usr_ana-child"]).update(gone_at=clock.now())
    order = Order.objects.get()
    order.state, order.completed_at = "complete", clock.now()
    order.save()
    again = send("usr_ana", "usr_ana-model").json()
    assert (again["id"], again["state"]) == (first["id"], "complete")
    assert Order.objects.count() == 1


def test_nobody_deletes_what_is_another_persons_or_another_systems(send: Any, client: Client) -> None:
    belongings("usr_ana")
    factories.signed("usr_ben")
    stranger = factories.api_key(system="other")
    for answer in (
        send("usr_ben", "usr_ana-model"),
        send("usr_nobody", "usr_ana-model"),
        send("usr_ana", "nothing"),
        send("usr_ana", "usr_ana-model", key=stranger),
        send("usr_ana", "usr_ana-model", key=factories.api_key("check")),
    ):
        assert answer.status_code in {403, 404}
    assert not Order.objects.filter(origin__startswith="retention:deletion").exists()
    made = send("usr_ana", "usr_ana-model").json()
    assert read(client, made["id"], stranger).status_code == 404
    mine = read(client, made["id"], factories.api_key())
    assert (mine.status_code, mine.json()["id"]) == (200, made["id"])
