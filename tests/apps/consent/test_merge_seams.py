"""H3, the moment of a merge: whoever looked the guest up before it and writes after it writes to the account."""

import importlib
from datetime import timedelta
from typing import Any

import pytest

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.core.errors import Conflict
from compliance.erasure.actions import order
from compliance.retention.actions import register_all
from compliance.retention.actions.delete_now import delete_now
from compliance.subjects import actions as subjects
from compliance.subjects.actions.gpc import note_gpc
from compliance.subjects.models import Subject
from compliance.subjects.queries import emails
from consent.actions import end_for_erasure, withdraw
from consent.actions.merge import merge
from consent.models import Change, Release
from dsar.actions import receive_from_system, receive_with_code
from tests import factories
from tests.apps.consent.consent_cast import OFFICER, SYSTEM, World, artifact, signed
from tests.apps.consent.release_cast import link_for, sign_as, told
from tests.apps.consent.test_release_api import published_an_hour_ago as published_an_hour_ago

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_worker(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""


def joined() -> tuple[Subject, Subject]:
    """The guest as somebody looked them up before they signed up, and the account that they are now."""
    guest = subjects.know(reference="guest_1", kind="guest", actor=SERVICE, at=clock.now())
    account = subjects.know(reference="usr_ana", actor=SERVICE, at=clock.now())
    merge(account_id=account.pk, guest_reference="guest_1", actor=SERVICE, at=clock.now())
    assert guest.merged_into_id is None
    return guest, account


def stranger() -> Subject:
    return subjects.know(reference="usr_ben", actor=SERVICE, at=clock.now())


def test_h3_the_lock_follows_a_guest_to_the_end_and_leaves_others_where_they_are(world: World) -> None:
    guest, account = joined()
    other = stranger()
    for weak in (True, False):
        assert subjects.lock(guest.pk, no_key=weak) == subjects.lock(account.pk, no_key=weak) == account
        assert subjects.lock(other.pk, no_key=weak) == other


def test_h3_a_withdrawal_that_looked_the_guest_up_before_ends_what_moved(world: World) -> None:
    release = signed("guest_1")
    guest, account = joined()
    assert world.reason("usr_ana") == "active"
    taken = withdraw(subject_id=guest.pk, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    assert taken.withdrawn == 1
    assert world.reason("usr_ana") == world.reason("guest_1") == "withdrawn"
    release.refresh_from_db()
    assert (release.state, release.subject_id) == ("withdrawn", account.pk)


def test_h3_an_erasure_that_looked_the_guest_up_before_ends_and_destroys_what_moved(world: World) -> None:
    signed("guest_1")
    guest = subjects.know(reference="guest_1", actor=SERVICE, at=clock.now())
    thing = artifact(guest.pk)
    guest, account = joined()
    made = order(subject_id=guest.pk, reason="request", rule="t", origin="t", decided_by="t", actor=OFFICER, at=clock.now())
    assert made is not None
    assert (made.subject_id, [row.artifact for row in made.outcomes.all()]) == (account.pk, [thing])
    assert end_for_erasure(subject_id=guest.pk, order_id=made.pk, actor=OFFICER, at=clock.now()) == 1
    assert not Release.objects.filter(state="active").exists()


def test_h3_what_is_registered_for_the_guest_is_the_accounts(world: World) -> None:
    factories.profile()
    factories.signed("guest_1")
    guest, account = joined()
    facts: dict[str, Any] = {"system": factories.SYSTEM, "actor": SERVICE, "at": clock.now()}
    (answer,) = register_all(subject=guest, purpose="face_scan", items=[factories.item("up-1")], **facts)
    assert (answer.status, Artifact.objects.get().subject_id) == ("registered", account.pk)
    assert delete_now(subject=guest, external_id="up-1", **facts).subject_id == account.pk


def test_h3_a_release_recorded_for_the_guest_is_the_accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    guest, account = joined()
    monkeypatch.setattr(importlib.import_module("consent.actions.record_release"), "know", lambda **_facts: guest)
    assert world.write("/api/v1/releases", told("guest_1")).status_code == 201
    assert Release.objects.get().subject_id == account.pk


def test_h3_a_link_of_the_guest_signs_for_the_account(world: World) -> None:
    link = link_for("guest_1")
    _guest, account = joined()
    assert sign_as(link).subject_id == account.pk


def test_h3_addresses_and_signals_of_the_guest_are_the_accounts(world: World) -> None:
    guest, account = joined()
    subjects.add_contact(subject=account, email="ana@example.test")
    assert note_gpc(subject_id=guest.pk, actor=PERSON, at=clock.now())
    account.refresh_from_db()
    assert account.gpc_at is not None
    assert emails(account.pk) == ["ana@example.test"]
    assert subjects.forget_contacts(subject_id=guest.pk, actor=SERVICE, at=clock.now(), reason="test") == 1
    assert emails(account.pk) == []


def test_h3_what_the_guest_asks_to_be_deleted_is_asked_for_the_account(world: World) -> None:
    guest, account = joined()
    ways = [receive_with_code(subject_id=one.pk, language="en", at=clock.now(), actor=PERSON, gpc=one is guest) for one in (guest, account)]
    assert [(way.request.subject_id, way.new) for way in ways] == [(account.pk, True), (account.pk, False)]
    account.refresh_from_db()
    assert account.gpc_at is not None


def test_h3_what_a_system_asks_while_the_guest_is_joined_is_asked_for_the_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    guest, account = joined()
    # Looked up a moment before they were joined.
    monkeypatch.setattr(subjects, "know", lambda **_: guest)
    sent = receive_from_system(reference="guest_1", email="", system=SYSTEM, language="en", at=clock.now(), actor=SERVICE)
    assert sent.request.subject_id == account.pk


def test_h3_what_the_guest_took_back_before_its_release_arrived_stays_taken_back_on_the_account(world: World) -> None:
    body = told("guest_1")
    guest = subjects.know(reference="guest_1", kind="guest", actor=SERVICE, at=clock.now())
    taken = withdraw(subject_id=guest.pk, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    joined()
    assert Change.objects.get(pk=taken.token).subject_id == guest.pk
    response = world.write("/api/v1/releases", body)
    assert (response.status_code, response.json()["type"]) == (409, "urn:efface:problem:overtaken")
    assert world.reason("usr_ana") == "no_release"
    late = clock.now() + timedelta(minutes=1)
    assert sign_as(link_for("usr_ana"), at=late).state == "active"


def test_c6_a_withdrawal_for_somebody_never_seen_is_remembered_until_the_release_arrives(world: World) -> None:
    body = told("usr_new")
    stranger()
    known = world.write("/api/v1/withdrawals", {"subject": "usr_ben", "purpose": "face_scan"}).json()
    answer = world.write("/api/v1/withdrawals", {"subject": "usr_new", "purpose": "face_scan"}).json()
    assert set(answer) == set(known)
    assert (answer["withdrawn"], bool(answer["consistency_token"])) == (0, True)
    assert world.ask("usr_new", context={"at_least_as_fresh": answer["consistency_token"]})["context"]["reason"] == "no_release"
    response = world.write("/api/v1/releases", body)
    assert (response.status_code, response.json()["type"]) == (409, "urn:efface:problem:overtaken")
    assert Release.objects.count() == 0
    # Another purpose was not meant, and signing afterwards counts.
    assert sign_as(link_for("usr_new")).state == "active"
    assert world.reason("usr_new") == "active"


def test_c6_a_reference_too_long_to_be_one_is_refused_and_leaves_nothing(world: World) -> None:
    assert world.write("/api/v1/withdrawals", {"subject": "x" * 201, "purpose": "face_scan"}).status_code == 422
    assert world.write("/api/v1/withdrawals", {"subject": "x" * 200, "purpose": "face_scan"}).status_code == 200
    assert Subject.objects.count() == 1


def test_h3_nobody_is_joined_while_their_data_is_being_deleted(world: World) -> None:
    """So that following a merge never leads out of an order."""
    guest = subjects.know(reference="guest_1", kind="guest", actor=SERVICE, at=clock.now())
    artifact(guest.pk)
    order(subject_id=guest.pk, reason="request", rule="t", origin="t", decided_by="t", actor=OFFICER, at=clock.now())
    with pytest.raises(Conflict):
        joined()
