"""`Sec-GPC: 1` is heard, noted once, and kept to; the site says so."""

import pytest
from django.test import Client, RequestFactory

from compliance.audit.models import Entry
from compliance.subjects.models import Subject
from consent.models import Release
from consent.pages import gpc
from dsar.models import Request
from tests.apps.consent.consent_cast import World, subject_id

pytestmark = pytest.mark.django_db
GPC = {"Sec-GPC": "1"}


def test_gpc_is_exactly_one_and_nothing_that_looks_like_it() -> None:
    factory = RequestFactory()
    assert gpc.sent(factory.get("/", headers=GPC))
    for other in ("0", "true", "1 ", "11", "", "1,1"):
        assert not gpc.sent(factory.get("/", headers={"Sec-GPC": other})), other
    assert not gpc.sent(factory.get("/"))


def test_gpc_the_site_says_that_it_keeps_to_it(client: Client) -> None:
    answer = client.get("/.well-known/gpc.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    said = answer.json()
    assert said["gpc"] is True
    assert set(said) == {"gpc", "lastUpdate"}
    assert len(said["lastUpdate"].split("-")) == 3
    assert not answer.cookies


def test_gpc_is_noted_for_a_known_person_once_and_on_the_release(world: World) -> None:
    path = world.link("ana")
    assert Subject.objects.get(pk=subject_id("ana")).gpc_at is None
    for _ in range(2):
        assert world.browser.get(path, headers=GPC).status_code == 200
    assert Subject.objects.get(pk=subject_id("ana")).gpc_at is not None
    assert Entry.objects.filter(kind="subjects:subject:gpc").count() == 1
    world.browser.post(path, world.form(path, name="Ana Example", agree="yes"), headers=GPC)
    assert Release.objects.get().gpc is True
    # Somebody whose browser says nothing.
    ben = world.link("ben")
    world.sign_on_page(ben)
    assert Subject.objects.get(pk=subject_id("ben")).gpc_at is None
    assert Release.objects.get(subject_id=subject_id("ben")).gpc is False


def test_gpc_is_noted_on_a_request_and_is_no_request_itself(world: World, client: Client) -> None:
    client.get("/privacy/", headers=GPC)
    assert not Request.objects.exists()
    given = {"reference": "usr_ana", "email": "ana@example.test", "website": ""}
    client.post("/privacy/", given, headers=GPC)
    assert Request.objects.get().gpc is True
    client.post("/privacy/", {**given, "reference": "usr_ben"})
    assert Request.objects.latest("received_at").gpc is False


def test_gpc_withholds_what_shares_and_nothing_else() -> None:
    assert gpc.withheld("disclose:partner-lab")
    assert gpc.withheld("marketing")
    assert not any(gpc.withheld(purpose) for purpose in ("face_scan", "regenerate", "match", "train_shared_model", "quality"))
