"""C6: Ben takes a release back, and everything that has no reason left goes, whatever it was registered for. The rest stays."""

from datetime import timedelta

import pytest

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.taxonomy import Purpose
from compliance.erasure.models import Order, Outcome
from consent.actions import withdraw
from consent.models import Release
from tests.apps.consent.consent_cast import World, activated, artifact, signed, starter, subject_id

pytestmark = pytest.mark.django_db
COPY = {"purposes": ["train_shared_model"], "until": ["consent_withdrawn + PT0S", "uploaded + P365D"]}
MIXED = {"purposes": ["face_scan", "account_history"], "until": ["uploaded + P30D"]}

# What it is, what it was registered for, whether it holds a face, and which withdrawals leave no reason to keep it.
THINGS = [
    ("original_upload", "face_scan", True, {"face_scan"}),
    ("thumbnail", "face_scan", False, {"face_scan"}),
    # Made under the scan's purpose, kept for the training alone, and the other way round.
    ("training_copy", "face_scan", True, {"face_scan", "train_shared_model"}),
    ("face_crop", "train_shared_model", True, {"face_scan", "train_shared_model"}),
    ("training_copy", "train_shared_model", True, {"train_shared_model"}),
    # What needs no face lives on; a face never lives by that, whether its category says so or the system does.
    ("generated_output", "account_history", False, set()),
    ("generated_output", "face_scan", False, {"face_scan"}),
    ("metadata", "account_history", False, set()),
    ("metadata", "account_history", True, {"face_scan", "train_shared_model"}),
    ("embedding", "account_history", False, {"face_scan", "train_shared_model"}),
    # The profile never keeps it.
    ("qa_copy", "face_scan", True, {"face_scan", "train_shared_model"}),
]


@pytest.mark.parametrize("purpose", [Purpose.FACE_SCAN, Purpose.TRAIN_SHARED_MODEL])
def test_c6_a_withdrawal_orders_what_has_no_reason_left_and_nothing_else(world: World, purpose: Purpose) -> None:
    made = belongings()
    taken = signed_both()[purpose]
    assert withdraw(subject_id=taken.subject_id, purpose=purpose, actor=PERSON, at=clock.now(), how="test").withdrawn == 1
    ordered = set(Outcome.objects.values_list("artifact_id", flat=True))
    assert [(thing[:3], row.pk in ordered) for thing, row in zip(THINGS, made, strict=True)] == [
        (thing[:3], purpose in thing[3]) for thing in THINGS
    ]
    order = Order.objects.get()
    assert (order.reason, order.everything, order.origin) == ("withdrawal", False, f"consent:release:{taken.pk}")


def test_what_is_gone_already_and_what_is_somebody_elses_is_not_ordered(world: World) -> None:
    release, other = signed("ben"), signed("ana")
    gone, hers, his = artifact(release.subject_id), artifact(other.subject_id), artifact(release.subject_id)
    gone.gone_at = clock.now()
    gone.save()
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    assert list(Outcome.objects.values_list("artifact_id", flat=True)) == [his.pk]
    assert Artifact.objects.filter(pk__in=[gone.pk, hers.pk]).count() == 2


def test_a_release_that_ran_out_keeps_nothing_when_another_is_taken_back(world: World) -> None:
    belongings()
    scan = signed_both()[Purpose.FACE_SCAN]
    at = clock.now()
    scan.shown_at = scan.signed_at = at - timedelta(days=9)
    scan.expires_at = at
    scan.save()
    photo = Artifact.objects.get(category="original_upload")
    withdraw(subject_id=scan.subject_id, purpose="train_shared_model", actor=PERSON, at=at, how="test")
    assert Outcome.objects.filter(artifact=photo).exists()


def test_ben_without_belongings_takes_back_and_nothing_is_ordered(world: World) -> None:
    release = signed("ben")
    assert withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test").withdrawn == 1
    assert not Order.objects.exists()


def signed_both() -> dict[str, Release]:
    """Ben's releases for the scan and for the training."""
    return {release.purpose: release for release in Release.objects.filter(subject_id=subject_id("ben"))}


def belongings() -> list[Artifact]:
    """Ben signed the scan and the training; what the system stored of him, in the order of `THINGS`."""
    document = starter("thirty-days")
    document["artifacts"] |= {"training_copy": COPY, "metadata": MIXED, "embedding": MIXED}
    activated(document)
    ben = signed("ben").subject_id
    signed("ben", Purpose.TRAIN_SHARED_MODEL)
    return [artifact(ben, purpose, category, biometric=biometric) for category, purpose, biometric, _ in THINGS]
