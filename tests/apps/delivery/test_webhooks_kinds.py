"""Which webhook tells of what: the types that a scan backend chooses among, and what each one says."""

import json
from datetime import timedelta
from typing import Any

import pytest

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.erasure.actions import holds, order
from compliance.erasure.models import Hold
from compliance.subjects.actions import describe
from consent.actions import withdraw
from consent.actions.erase import erase
from consent.rules.copies import type_of
from tests import factories
from tests.apps.consent.training_cast import allowed, promise, taken_back
from tests.apps.delivery.far import OLGA, Far, endpoint, worked
from tests.apps.erasure.test_holds import ground, placed, released

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_worker(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""


def told(far: Far) -> list[tuple[str, dict[str, Any]]]:
    worked()
    said = [(json.loads(body)["type"], json.loads(body)["data"]) for _, body in far.got]
    far.got.clear()
    return said


def things(*names: str) -> list[Artifact]:
    return factories.artifacts("usr_ana", [factories.item(name) for name in names])


def test_signing_describing_withdrawing_and_erasing_have_the_names_of_the_protocol(far: Far) -> None:
    factories.profile()
    endpoint(far)
    release = factories.signed("usr_ana")
    assert [name for name, _ in told(far)] == ["release.signed"]
    describe(reference="usr_ana", jurisdictions=["IL"], actor=SERVICE, at=clock.now())
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    assert [name for name, _ in told(far)] == ["release.withdrawn"]
    erase(subject_id=release.subject_id, actor=SERVICE, at=clock.now(), reason="test")
    ((name, said),) = told(far)
    assert (name, said["subject"], said["references"]) == ("subject.erased", str(release.subject_id), [])


@pytest.mark.parametrize("purpose", ["train_shared_model", "train_personal_model"])
def test_taking_back_a_training_has_a_type_of_its_own_instead_of_the_other(far: Far, purpose: str) -> None:
    promise()
    endpoint(far, "release.withdrawn", "training.withdrawn")
    allowed("ana", purpose)
    taken_back("ana", purpose)
    assert [(name, said["purpose"]) for name, said in told(far)] == [("training.withdrawn", purpose)]
    assert type_of("expired", purpose) == "release.expired"
    assert type_of("withdrawn", "quality") == "release.withdrawn"


def test_an_order_is_told_when_it_is_made_and_when_it_grows_by_ids_alone(far: Far) -> None:
    release = factories.signed("usr_ana")
    (one, two) = things("up-1", "up-2")
    endpoint(far, "deletion.ordered")
    facts: dict[str, Any] = {"rule": "r", "origin": "o", "decided_by": "t", "actor": OLGA}
    made = order(subject_id=release.subject_id, reason="schedule", artifacts=[one], at=clock.now(), **facts)
    assert made is not None
    who = {"order": str(made.pk), "subject": str(release.subject_id), "references": ["usr_ana"]}
    assert told(far) == [("deletion.ordered", {**who, "reason": "schedule", "everything": False})]
    order(subject_id=release.subject_id, reason="schedule", artifacts=[one], at=clock.now(), **facts)
    assert told(far) == []
    order(subject_id=release.subject_id, reason="request", at=clock.now(), **facts)
    assert told(far) == [("deletion.ordered", {**who, "reason": "request", "everything": True})]
    assert two.gone_at is None


def test_b13_a_hold_is_told_when_it_is_in_force_and_when_it_is_released(far: Far) -> None:
    factories.signed("usr_ana")
    (thing,) = things("up-1")
    endpoint(far, "hold.placed", "hold.released")
    proposed = holds.propose_hold(ground=ground(), artifacts=[thing], actor=OLGA, at=clock.now() - timedelta(minutes=1))
    assert told(far) == []
    holds.reject_hold(hold_id=proposed.pk, actor=OLGA, at=clock.now())
    hold = placed([thing])
    said = {"hold": str(hold.pk), "review_on": hold.review_on.isoformat(), "artifacts": [{"system": thing.system, "id": "up-1"}]}
    assert told(far) == [("hold.placed", said)]
    released(hold)
    assert told(far) == [("hold.released", said)]
    assert Hold.objects.filter(state=Hold.State.RELEASED).count() == 1


def test_b13_a_hold_that_must_stay_secret_is_told_to_no_machine(far: Far) -> None:
    factories.signed("usr_ana")
    endpoint(far)
    told(far)
    released(placed(things("up-1"), secret=True))
    assert told(far) == []
