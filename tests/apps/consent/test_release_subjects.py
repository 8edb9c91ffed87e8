"""What a product says of a person: kind, age, places, last contact."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from compliance.core import clock
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference
from consent.models import Change
from tests.apps.consent.consent_cast import World, subject_id

pytestmark = pytest.mark.django_db


def test_subjects_are_described_and_brought_up_to_date(world: World) -> None:
    first = put(world, {"subject": "ana", "kind": "guest", "age": "adult", "jurisdictions": ["il", "EU:DE", "IL"]})
    assert first.status_code == 200
    made = first.json()
    assert (made["kind"], made["age"], made["jurisdictions"]) == ("guest", "adult", ["IL", "EU:DE"])
    assert made["id"] == str(subject_id("ana"))
    past, now = clock.now() - timedelta(days=9), clock.now()
    assert (
        put(world, {"subject": "ana", "last_interaction_at": past.isoformat()}).json()["last_interaction_at"] == made["last_interaction_at"]
    )
    later = put(world, {"subject": "ana", "last_interaction_at": now.isoformat(), "kind": "account"}).json()
    assert (later["last_interaction_at"], later["kind"], later["age"]) == (clock.to_text(now), "account", "adult")
    assert put(world, {"subject": "ana", "jurisdictions": []}).json()["jurisdictions"] == []
    assert Change.objects.filter(event="subject").count() == 3


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"jurisdictions": ["IL", "XX", "Atlantis"]}, "“XX” is not known"),
        ({"age": "old"}, ""),
        ({"kind": "robot"}, ""),
        ({"last_interaction_at": "2026-01-01"}, "offset"),
        ({"last_interaction_at": "2199-01-01T00:00:00Z"}, "clock"),
        ({"jurisdictions": "IL"}, ""),
        ({"name": "Ana"}, "not known here"),
    ],
)
def test_wrong_facts_about_a_person_are_refused_and_named(world: World, body: dict[str, Any], says: str) -> None:
    response = put(world, {"subject": "ana", **body})
    assert response.status_code == 422
    assert says in json.dumps(response.json(), ensure_ascii=False)
    assert by_reference("ana") is None


def test_c8_an_uploader_never_becomes_the_depicted_person_nor_the_other_way_round(world: World) -> None:
    put(world, {"subject": "ana"})
    put(world, {"subject": "face-7", "kind": "depicted"})
    assert put(world, {"subject": "ana", "kind": "depicted"}).status_code == 409
    assert put(world, {"subject": "face-7", "kind": "account"}).status_code == 409
    assert world.write("/api/v1/release-links", {"subject": "ana", "purpose": "face_scan", "kind": "depicted"}).status_code == 409
    assert list(Subject.objects.order_by("created_at").values_list("kind", flat=True)) == ["account", "depicted"]


def put(world: World, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {world.key('subjects:write')}", "Idempotency-Key": uuid.uuid4().hex}
    return world.browser.put("/api/v1/subjects", json.dumps(body), content_type="application/json", headers=headers)


def test_facts_about_people_need_a_key_of_their_own_scope(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key('consent:write')}", "Idempotency-Key": uuid.uuid4().hex}
    body = json.dumps({"subject": "ana"})
    assert world.browser.put("/api/v1/subjects", body, content_type="application/json", headers=headers).status_code == 403
    assert by_reference("ana") is None
    assert put(world, {"subject": "ana"}).status_code == 200
