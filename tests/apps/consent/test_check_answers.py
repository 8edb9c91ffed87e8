"""What a check answers for people in the database: reasons, obligations, acts of a person, freshness."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.erasure.actions import order
from consent.actions import withdraw
from consent.actions.change import change
from consent.models import Change, Release, Use
from consent.queries.check import standings, standings_of_subjects
from consent.rules.decisions import Reason, decide
from tests.apps.consent.check_cast import SYSTEM, Door, notice, person, promise, question, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(db: None) -> Door:
    return Door()


def test_c1_c2_every_reason_that_the_database_can_give(door: Door) -> None:
    at = clock.now()
    person("dan")
    ana = release("ana")
    assert door.reason("nobody") == "unknown_subject"
    assert door.reason("dan") == "no_release"
    assert door.reason("ana", "quality") == "purpose_not_granted"
    assert door.reason("ana", "sale") == "not_consentable"
    assert door.reason("ana", "improve_services") == "unknown_purpose"
    assert door.reason("ana", recipient="ad-network") == "recipient_not_named"
    assert door.reason("ana", recipient="gpu-host") == door.reason("ana") == "active"
    for state in ("refused", "withdrawn", "expired", "stale", "superseded"):
        release(f"ana {state}", state=state, ended_at=at)
        assert door.reason(f"ana {state}") == state
    release("eve", expires_at=clock.now())
    assert door.reason("eve") == "expired"
    order(subject_id=ana.subject_id, reason="request", rule="r", origin="o", decided_by="o", actor=PERSON, at=at)
    assert door.reason("ana") == "erasure_pending"


def test_of_several_releases_the_active_one_counts_and_otherwise_the_newest(door: Door) -> None:
    at = clock.now()
    release("ana", state="withdrawn", shown_at=at, signed_at=at, ended_at=at)
    release("ana", state="active", shown_at=at - timedelta(days=9), signed_at=at - timedelta(days=9))
    assert door.reason("ana") == "active"
    Release.objects.filter(state="active").update(state="expired")
    assert door.reason("ana") == "withdrawn"


def test_c12_a_notice_that_grew_asks_again_and_the_new_signature_counts(door: Door) -> None:
    release("ana")
    notice("quality", reach=5)
    assert door.reason("ana") == "active"
    grown = notice("face_scan", reach=2)
    assert door.reason("ana") == "superseded"
    Release.objects.update(state="superseded")
    release("ana", notice=grown)
    assert door.reason("ana") == "active"


def test_d1_training_under_an_outgrown_notice_lifts_no_obligation(door: Door) -> None:
    release("ana")
    assert door.ask("ana")["context"]["obligations"] == [{"id": "no_training"}]
    release("ana", "train_shared_model")
    assert door.ask("ana")["context"]["obligations"] == []
    assert door.ask("ana", "train_shared_model")["context"]["obligations"] == []
    notice("train_shared_model", reach=2)
    assert door.ask("ana")["context"]["obligations"] == [{"id": "no_training"}]


def test_c8_a_face_that_somebody_else_uploaded_needs_its_own_release_or_a_proxy_s(door: Door) -> None:
    release("uploader")
    person("depicted", kind="depicted")
    assert door.reason("uploader") == "active"
    assert door.reason("depicted") == "no_release"
    release("depicted")
    assert door.reason("depicted") == "active"


def test_c9_the_profile_decides_about_minors(door: Door) -> None:
    promise("deny")
    release("kim")
    assert door.reason("kim") == "active"
    person("kim", age="minor")
    assert door.reason("kim") == "minor"
    promise("guardian")
    assert door.reason("kim") == "minor"
    person("lee", age="minor")
    assert door.reason("lee") == "no_release"


def test_c10_a_disclosure_is_asked_for_apart_and_names_its_party(door: Door) -> None:
    release("ana")
    assert door.reason("ana", "disclose:partner") == "purpose_not_granted"
    release("ana", "disclose:partner", notice=notice("disclose:partner", recipients=("partner",)))
    assert door.reason("ana", "disclose:partner") == "active"
    assert door.reason("ana", "disclose:partner", recipient="partner") == "active"
    assert door.reason("ana", "disclose:partner", recipient="gpu-host") == "recipient_not_named"
    assert door.reason("ana", "disclose:other") == "purpose_not_granted"
    person("ana", jurisdictions=["TX"])
    assert door.reason("ana", "disclose:partner") == "jurisdiction_blocked"
    assert door.reason("ana") == "active"


def test_i2_marketing_is_granted_for_the_piece_that_was_named_and_no_other(door: Door) -> None:
    release("ana", "marketing", piece="Poster, spring")
    assert door.reason("ana", "marketing", piece="Poster, spring") == "active"
    assert door.reason("ana", "marketing", piece="Poster, autumn") == "no_release"
    assert door.reason("ana", "marketing") == "no_release"
    release("ana")
    assert door.reason("ana", piece="Poster, spring") == "active"


def test_c6_a_withdrawal_denies_from_its_answer_on(door: Door) -> None:
    ana = release("ana")
    assert door.reason("ana") == "active"
    withdraw(subject_id=ana.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    assert door.reason("ana") == "withdrawn"


def test_i1_each_run_needs_an_act_of_the_person_and_one_act_starts_one_run(door: Door) -> None:
    release("ana", "regenerate")
    assert door.reason("ana", "regenerate") == "action_not_bound"
    assert not Use.objects.exists()
    assert door.reason("ana", "regenerate", action_id="press-1") == "active"
    use = Use.objects.get()
    assert (use.kind, use.system, use.purpose, use.reason) == ("run", SYSTEM, "regenerate", "active")
    assert use.release == Release.objects.get()
    assert Entry.objects.filter(kind="consent:use:run", object_id=str(use.pk)).count() == 1
    assert door.reason("ana", "regenerate", action_id="press-1") == "action_not_bound"
    assert door.reason("ana", "regenerate", action_id="press-2") == "active"
    assert Use.objects.count() == 2
    # Another system's acts are its own; what is not started by an act needs none.
    assert Door(system="scan-other").reason("ana", "regenerate", action_id="press-1") == "active"
    release("ana")
    assert door.reason("ana") == "active"


def test_i1_a_run_that_is_denied_uses_no_act_up(door: Door) -> None:
    ana = release("ana", "match", state="withdrawn", ended_at=clock.now())
    assert door.reason("ana", "match", action_id="press-1") == "withdrawn"
    assert not Use.objects.exists()
    Release.objects.filter(pk=ana.pk).update(state="active", ended_at=None)
    assert door.reason("ana", "match", action_id="press-1") == "active"


def test_i1_one_act_in_one_batch_starts_one_run(door: Door) -> None:
    release("ana", "match")
    body = question("ana", "match", action_id="press-1") | {"evaluations": [{}, {}, {}]}
    assert [each["context"]["reason"] for each in door.many(body)] == ["active", "action_not_bound", "action_not_bound"]


@pytest.mark.parametrize("action", ["", "x" * 201, 7, ["press"]])
def test_an_act_without_a_proper_id_is_malformed(door: Door, action: Any) -> None:
    assert door.post("evaluation", question("ana", "match", action_id=action)).status_code == 400


def test_a_token_of_a_write_that_is_not_here_is_never_answered_from_an_older_state(door: Door) -> None:
    ana = release("ana")
    seen = change(event=Change.Event.GRANTED, at=clock.now(), subject_id=ana.subject_id, purpose="face_scan", release=ana)
    answer = door.ask("ana", at_least_as_fresh=str(seen.pk))
    assert answer["context"]["reason"] == "active"
    assert answer["context"]["consistency_token"] == str(seen.pk)
    for unknown in (str(uuid4()), "01J", ""):
        assert door.reason("ana", at_least_as_fresh=unknown) == "internal_error"
    two = question("ana") | {"evaluations": [{"context": {"at_least_as_fresh": str(t)}} for t in (seen.pk, uuid4(), seen.pk)]}
    assert [each["decision"] for each in door.many(two)] == [True, False, True]


def test_d10_many_people_are_looked_at_from_one_moment_and_in_order(door: Door) -> None:
    people = [release(f"p{n}", "train_shared_model").subject_id if n % 3 else person(f"p{n}").pk for n in range(40)]
    by_id = [decide(found) for found in standings_of_subjects([(subject, "train_shared_model") for subject in people])]
    by_name = [decide(found) for found in standings([(f"p{n}", "train_shared_model") for n in range(40)])]
    assert by_id == by_name == [Reason.ACTIVE if n % 3 else Reason.NO_RELEASE for n in range(40)]
    assert standings([]) == standings_of_subjects([]) == []
    assert standings_of_subjects([(uuid4(), "face_scan")]) == [None]
    found = standings([("p1", "train_shared_model"), ("nobody", "face_scan"), ("p1", "face_scan")])
    assert len({one.now.date() for one in found if one}) == 1
    assert found[1] is None
