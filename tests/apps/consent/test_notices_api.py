"""C7: a product that records a release itself finds in the API all that it must show and send back."""

import hashlib
from datetime import timedelta

import pytest

from compliance.core import clock
from compliance.core.clock import to_text
from consent.models import Release
from tests.apps.consent.consent_cast import World
from tests.apps.consent.test_release_api import published_an_hour_ago as published_an_hour_ago

pytestmark = pytest.mark.django_db


def test_a_release_can_be_recorded_from_what_the_api_gives_alone(world: World) -> None:
    key = {"Authorization": f"Bearer {world.key('consent:write')}"}
    found = world.browser.get("/api/v1/notices?purpose=face_scan&locale=de", headers=key).json()
    assert hashlib.sha256(f"{found['title']}\n\n{found['text']}".encode()).hexdigest() == found["text_sha256"]
    at = clock.now()
    body = {
        "subject": "ana",
        "purpose": "face_scan",
        "notice": {"id": found["id"], "text_sha256": found["text_sha256"], "locale": "de"},
        "shown_at": to_text(at - timedelta(minutes=2)),
        "signed_at": to_text(at - timedelta(minutes=1)),
        "method": "clicked",
        "act": "pressed_button",
        "intent": found["intent"],
        "signer": {"role": "self"},
    }
    answer = world.write("/api/v1/releases", body)
    assert answer.status_code == 201, answer.content
    assert Release.objects.get().notice.locale == "de"


@pytest.mark.parametrize("query", ["", "purpose=sale", "purpose=face_scan&locale=pl", "purpose=disclose:"])
def test_what_is_no_text_of_ours_is_refused_by_name(world: World, query: str) -> None:
    answer = world.browser.get(f"/api/v1/notices?{query}", headers={"Authorization": f"Bearer {world.key('consent:write')}"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"][:1]) == (422, "/")
