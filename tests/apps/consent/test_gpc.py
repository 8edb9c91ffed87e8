"""`Sec-GPC: 1` is heard, noted once, and kept to; the site says so."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.subjects.models import Subject
from consent.actions.grant import NotShared
from consent.actions.paper import OnPaper, record_paper
from consent.models import Release
from consent.pages import gpc
from consent.queries import current_notice
from consent.rules.sharing import withheld
from dsar.actions import receive, receive_with_code
from dsar.actions.confirm import confirm
from dsar.models import Request
from tests.apps.consent.consent_cast import OFFICER, World, signed, subject_id
from tests.apps.consent.release_cast import company, link_for, pdf, person, sign_as, told
from tests.apps.consent.test_release_api import published_an_hour_ago as published_an_hour_ago

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


SHARING = [("marketing", {"piece": "Poster 7"}), ("disclose:partner-lab", {})]


@pytest.mark.parametrize(("purpose", "more"), SHARING)
def test_gpc_is_kept_to_wherever_a_signature_comes_in(world: World, purpose: str, more: dict[str, str]) -> None:
    company()
    # On the page: with the signature, or noted before.
    with pytest.raises(NotShared):
        sign_as(link_for("ana", purpose, **more), gpc=True)
    asked = link_for("ben", purpose, **more)
    assert world.browser.get(world.link("ben"), headers=GPC).status_code == 200
    with pytest.raises(NotShared):
        sign_as(asked)
    # No new link, for him.
    answer = world.write("/api/v1/release-links", {"subject": "ben", "purpose": purpose, **more})
    assert answer.status_code == 409
    # Over the API.
    for reference, signal in (("cy", {"gpc": True}), ("ben", {})):
        answer = world.write("/api/v1/releases", told(reference, purpose, **more, **signal))
        assert answer.status_code == 409
        assert "asks us not to share your data" in answer.json()["detail"]
    assert not Release.objects.exists()
    # Who sends no signal, and what shares nothing.
    sign_as(link_for("dee", purpose, **more))
    assert world.write("/api/v1/releases", told("cy", gpc=True)).status_code == 201
    assert Release.objects.count() == 2


def test_gpc_says_nothing_about_a_paper_that_was_signed_by_hand(world: World) -> None:
    company()
    Subject.objects.filter(pk=person("ana").pk).update(gpc_at=clock.now())
    notice = current_notice("marketing")
    paper = OnPaper(notice.pk, "self", "Ana Example", clock.now().date(), pdf(), piece="Poster 7")
    record_paper(reference="ana", paper=paper, reason="came by letter", actor=OFFICER, at=clock.now())
    assert world.reason("ana", "marketing", piece="Poster 7") == "active"


def test_gpc_of_a_request_is_noted_for_the_person_once_it_is_known_who_asked(world: World) -> None:
    signed("usr_ana", email="ana@example.test")
    form: dict[str, Any] = {"residence": "", "channel": Request.Channel.FORM, "language": "en", "actor": PERSON}
    sent = receive(reference="usr_ana", email="ana@example.test", gpc=True, at=clock.now(), **form)
    assert Subject.objects.get(pk=subject_id("usr_ana")).gpc_at is None
    confirm(secret=sent.confirm_secret, actor=PERSON, at=clock.now())
    assert Subject.objects.get(pk=subject_id("usr_ana")).gpc_at is not None
    # Not for whoever asked without it, and at once with a receipt code.
    signed("usr_ben", email="ben@example.test")
    quiet = receive(reference="usr_ben", email="ben@example.test", at=clock.now(), **form)
    confirm(secret=quiet.confirm_secret, actor=PERSON, at=clock.now())
    assert Subject.objects.get(pk=subject_id("usr_ben")).gpc_at is None
    receive_with_code(subject_id=subject_id("usr_ben"), language="en", at=clock.now(), actor=PERSON, gpc=True)
    assert Subject.objects.get(pk=subject_id("usr_ben")).gpc_at is not None


def test_gpc_withholds_what_shares_and_nothing_else() -> None:
    assert withheld("disclose:partner-lab")
    assert withheld("marketing")
    assert not any(withheld(purpose) for purpose in ("face_scan", "regenerate", "match", "train_shared_model", "quality"))
