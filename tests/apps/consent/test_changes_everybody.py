"""The feed says when a person is erased, and when everything must be looked at again; a copy that follows it drops what it held."""

import json
from typing import Any

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from compliance.audit import tombstones as journal
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.delivery.actions import drain
from compliance.profiles.actions import activate, store
from compliance.profiles.models import Profile
from compliance.profiles.queries import active
from compliance.retention.actions import profile_activated, replay_tombstones
from compliance.subjects.actions import describe, know
from consent.actions.erase import erase
from consent.models import Change
from dsar import actions as dsar
from tests.apps.consent.consent_cast import OFFICER
from tests.apps.consent.feed_reader import Reader
from tests.apps.retention.test_tombstones import line
from tests.clients.conftest import HERE
from tests.factories import api_key, signed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def outside(settings: Any, tmp_path: Any) -> None:
    settings.ANNOUNCE_WORK, settings.BASE_URL, settings.JOURNAL_DIR = "", HERE, tmp_path


@pytest.fixture
def reader() -> Reader:
    return Reader(api_key("changes:read"))


@pytest.fixture
def copy() -> Any:
    """A follower with its store, over the real views."""
    from efface_client import Client, Follower

    client = Client(HERE, api_key(), timeout=20, transport=httpx.WSGITransport(app=get_wsgi_application()))
    yield Follower(client, {})
    client.close()


def allowed(copy: Any, who: str = "usr_ana") -> bool:
    copy.poll()
    return bool(copy.allowed(who, "face_scan", max_age_seconds=60))


def erased(reader: Reader) -> list[str | None]:
    return [item["subject"] for item in reader.all() if item["event"] == "erasure"]


def test_an_order_over_everything_is_in_the_feed_and_the_copy_allows_nothing(reader: Reader, copy: Any) -> None:
    release = signed("usr_ana")
    assert allowed(copy)
    assert erased(reader) == []
    received = dsar.receive_from_system(reference="usr_ana", email="", system="demo-scan", language="en", at=clock.now(), actor=SERVICE)
    dsar.approve(request_id=received.request.pk, actor=OFFICER, at=clock.now(), reason="verified")
    assert erased(reader) == [str(release.subject_id)]
    assert not allowed(copy)


def test_somebody_without_a_release_is_told_as_erased_too(reader: Reader) -> None:
    signed("usr_ana")
    ben = know(reference="usr_ben", actor=SERVICE, at=clock.now())
    received = dsar.receive_from_system(reference="usr_ben", email="", system="demo-scan", language="en", at=clock.now(), actor=SERVICE)
    dsar.approve(request_id=received.request.pk, actor=OFFICER, at=clock.now(), reason="verified")
    assert erased(reader) == [str(ben.pk)]


def test_a_destroyed_key_is_in_the_feed_once_and_nothing_of_the_person_stays_in_the_copy(reader: Reader, copy: Any) -> None:
    release = signed("usr_ana")
    assert allowed(copy)
    assert "usr_ana" in json.dumps(dict(copy.store))
    for _ in range(2):
        erase(subject_id=release.subject_id, actor=SERVICE, at=clock.now(), reason="test")
    (told,) = [item for item in reader.all() if item["event"] == "erasure"]
    assert (told["subject"], told["references"]) == (str(release.subject_id), [])
    assert not allowed(copy)
    assert "usr_ana" not in json.dumps(dict(copy.store))
    assert str(release.subject_id) not in json.dumps(dict(copy.store))


def test_of_somebody_whom_the_feed_never_named_it_says_nothing(reader: Reader) -> None:
    signed("usr_ana")
    ben = know(reference="usr_ben", actor=SERVICE, at=clock.now())
    erase(subject_id=ben.pk, actor=SERVICE, at=clock.now(), reason="test")
    ben.refresh_from_db()
    assert ben.erased_at is not None
    assert erased(reader) == []


def test_an_erasure_that_a_restored_database_forgot_is_told_again(reader: Reader) -> None:
    release, at = signed("usr_ana"), clock.now()
    journal.append("2026-11-20.jsonl", line(journal.Ended.PERSON, release.subject_id, at))
    assert replay_tombstones(at=at) == 1
    assert erased(reader) == [str(release.subject_id)]


def promise(minors: str, number: int = 0) -> Profile:
    """Another version of the promise, with this rule for minors."""
    now = active()
    assert now is not None
    document = {**now.document, "minors": minors, "title": f"Promise {minors} {number}"}
    return activate(profile=store(document=document, actor=SERVICE, at=clock.now()), actor=SERVICE, at=clock.now(), reason="test")


def worked() -> None:
    drain({"profiles.activated": profile_activated, **dict.fromkeys(("consent.release_signed", "consent.release_ended"), nothing)})


def nothing(*_: Any) -> None:
    """A keeper for what these tests are not about."""


def everybody(reader: Reader) -> int:
    return sum(item["subject"] is None and item["purpose"] is None for item in reader.all())


def test_c9_another_rule_for_minors_makes_every_copy_start_over(reader: Reader, copy: Any) -> None:
    signed("usr_ana")
    worked()
    everybody(reader)
    describe(reference="usr_ana", age="minor", actor=SERVICE, at=clock.now())
    promise("guardian")
    worked()
    assert everybody(reader) == 1
    copy.store["reference:usr_ghost"] = "left over"
    assert not allowed(copy)
    promise("deny")
    worked()
    assert everybody(reader) == 1
    before = dict(copy.store)
    assert not allowed(copy)
    assert "reference:usr_ghost" in before
    assert "reference:usr_ghost" not in copy.store
    # Beginning anew meets the same lines of the feed again: that must not empty the copy for ever.
    assert "reference:usr_ana" in copy.store
    copy.store["mark"] = 1
    copy.poll()
    assert "mark" in copy.store


def test_a_promise_with_the_same_rule_for_minors_disturbs_no_copy(reader: Reader) -> None:
    signed("usr_ana")
    worked()
    everybody(reader)
    promise(str(active().document.get("minors", "deny")), 2)  # type: ignore[union-attr]  # the demo company's is active
    worked()
    assert everybody(reader) == 0


def test_a_rule_that_was_replaced_before_a_worker_looked_is_told_all_the_same(reader: Reader) -> None:
    signed("usr_ana")
    worked()
    everybody(reader)
    promise("guardian", 1)
    promise("guardian", 2)
    worked()
    assert everybody(reader) >= 1
    assert Change.objects.filter(subject=None, purpose="").count() == 1
