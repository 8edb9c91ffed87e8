"""Orders carried out against a real backend: gone means read back as gone."""

import time
from datetime import timedelta

import pytest

from compliance.artifacts.models import Artifact, Violation
from compliance.audit.models import Entry
from compliance.backend.actions import connect
from compliance.backend.queries import client_of
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.delivery.models import Promise
from compliance.erasure.actions import order
from compliance.erasure.models import Call, Order, Outcome, Rung
from compliance.erasure.queries import certificate_content, progress
from compliance.erasure.rules import NOT_THERE
from tests import factories
from tests.apps.erasure.conftest import Scans, order_everything, person, work

pytestmark = pytest.mark.django_db


def finish(made: Order, seconds: float = 10) -> Order:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work()
        made.refresh_from_db()
        if made.state == Order.State.COMPLETE:
            return made
        time.sleep(0.15)
    raise AssertionError(list(made.outcomes.values_list("artifact__category", "rung")))


def test_f4_everything_of_ana_is_there_and_then_gone_from_the_disk_and_bens_scan_stays(scans: Scans) -> None:
    factories.signed(scans.ana)
    factories.signed(scans.ben)
    artifacts = scans.scan(scans.ana)
    scans.scan(scans.ben)
    bens = scans.files(scans.ben)
    assert len(artifacts) == 8
    assert {"original_upload", "face_crop", "thumbnail", "landmarks", "embedding", "result_report", "personal_model"} == {
        row["category"] for row in scans.files(scans.ana)
    }

    made = finish(order_everything(scans.ana))

    assert scans.files(scans.ana) == []
    assert scans.files(scans.ben) == bens
    assert set(made.outcomes.values_list("rung", flat=True)) == {Rung.PURGED}
    assert not Artifact.objects.filter(subject=made.subject, gone_at=None).exists()
    for outcome in made.outcomes.all():
        times = [outcome.called_at, outcome.acknowledged_at, outcome.absent_at, outcome.purged_at]
        assert times == sorted(at for at in times if at)
        assert outcome.backups_until is not None


def test_every_rung_of_every_artifact_has_exactly_one_entry_in_the_ledger(scans: Scans) -> None:
    factories.signed(scans.ana)
    count = len(scans.scan(scans.ana))
    made = finish(order_everything(scans.ana))
    for rung in (Rung.CALLED, Rung.ACKNOWLEDGED, Rung.ABSENT, Rung.PURGED):
        assert Entry.objects.filter(object_id=str(made.pk), kind=f"erasure:outcome:{rung}").count() == count
    for kind in ("order:ordered", "call:intended", "call:accepted", "call:done", "order:completed"):
        assert Entry.objects.filter(object_id=str(made.pk), kind=f"erasure:{kind}").count() == 1, kind


def test_f10_a_backend_that_lies_never_gets_a_complete_order(scans: Scans) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    scans.fault("lie")
    made = order_everything(scans.ana)
    for _ in range(4):
        work()
        time.sleep(0.2)
    made.refresh_from_db()
    assert made.state == Order.State.OPEN
    assert set(made.outcomes.values_list("rung", flat=True)) == {Rung.ACKNOWLEDGED}
    assert len(scans.files(scans.ana)) > 0

    # After the slack it is a violation, with its age; asked again after an hour, now honestly, it ends.
    Outcome.objects.filter(order=made).update(acknowledged_at=made.ordered_at.replace(year=2020))
    work()
    assert Violation.objects.filter(kind="still_present", resolved_at=None).count() == made.outcomes.count()
    assert Call.objects.filter(order=made).count() == 1
    Outcome.objects.filter(order=made).update(called_at=made.ordered_at.replace(year=2020))
    scans.fault("none")
    finish(made)
    assert scans.files(scans.ana) == []
    assert not Violation.objects.filter(resolved_at=None).exists()
    assert Call.objects.filter(order=made).count() == 2


def test_a5_what_nobody_registered_is_found_reported_and_destroyed_with_the_rest(scans: Scans) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    assert scans.backend.http.post("/demo/scans", json={"reference": scans.ana}).status_code == 201
    assert Artifact.objects.count() == 8
    made = finish(order_everything(scans.ana))
    assert made.outcomes.count() == 16
    assert scans.files(scans.ana) == []
    assert Violation.objects.filter(kind="unregistered").count() == 8


@pytest.mark.parametrize("mode", ["flap", "html", "refuse"])
def test_a_backend_in_trouble_delays_and_never_completes_by_itself(scans: Scans, mode: str) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    scans.fault(mode)
    made = order_everything(scans.ana)
    work()
    work()
    made.refresh_from_db()
    if mode != "flap":
        assert made.state == Order.State.OPEN
        assert scans.files(scans.ana)
    scans.fault("none")
    Outcome.objects.filter(order=made, rung="refused").update(called_at=made.ordered_at.replace(year=2020))
    scans.system.condition.open_until = None
    scans.system.condition.save()
    finish(made)
    assert scans.files(scans.ana) == []


def test_a_dead_backend_opens_its_circuit_and_the_promise_waits_with_the_class_of_the_fault(scans: Scans, settings: object) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    dead = "http://127.0.0.1:9"
    settings.BACKEND_ALLOW = ["127.0.0.1:9"]  # type: ignore[attr-defined]  # pytest-django's settings wrapper
    factories.system(dead)
    made = order_everything(scans.ana)
    for _ in range(6):
        work()
    promise = Promise.objects.get(topic="erasure.run")
    assert promise.state == "waiting"
    scans.system.condition.refresh_from_db()
    assert scans.system.condition.open_until is not None
    assert progress(made).blocked[0][0] == "Demo scan backend"


def test_two_orders_for_one_person_are_one_and_the_weightier_reason_names_it(scans: Scans) -> None:
    factories.signed(scans.ana)
    artifacts = scans.scan(scans.ana)
    first = order(
        subject_id=person(scans.ana).pk,
        reason=Order.Reason.SCHEDULE,
        rule="its time was up",
        origin="retention:sweep",
        decided_by="Efface",
        actor=SERVICE,
        at=artifacts[0].registered_at,
        artifacts=[artifacts[-1]],
    )
    second = order_everything(scans.ana)
    assert first is not None
    assert second.pk == first.pk
    assert (second.reason, second.everything, second.outcomes.count()) == (Order.Reason.REQUEST, True, 8)
    assert second.history.count() == 2


def test_a4_destroying_an_upload_takes_everything_made_from_it(scans: Scans) -> None:
    factories.signed(scans.ana)
    artifacts = scans.scan(scans.ana)
    upload = next(a for a in artifacts if a.category == "original_upload")
    made = order(
        subject_id=person(scans.ana).pk,
        reason=Order.Reason.SCHEDULE,
        rule="its time was up",
        origin="retention:sweep",
        decided_by="Efface",
        actor=SERVICE,
        at=upload.registered_at,
        artifacts=[upload],
    )
    assert made is not None
    derived = {a.pk for a in artifacts if a.derived_from_id}
    assert derived <= set(made.outcomes.values_list("artifact_id", flat=True))


def test_the_certificate_says_what_was_reached_and_no_more(scans: Scans) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    made = order_everything(scans.ana)
    work()
    early = certificate_content(made)
    assert early["summary"]["rungs"] != {"purged": 8}
    assert early["systems"][0]["inventory_read"] is None
    finish(made)
    content = certificate_content(made)
    assert content["summary"]["rungs"] == {"purged": 8}
    assert [row["what"] for row in content["still_to_come"]] == ["backups_expired"]
    assert content["systems"][0]["negative_read"]["present"] == 0
    assert content["systems"][0]["inventory_read"]["found"] == 0
    assert [row["what"][:27] for row in content["remains"]] == ["The record of this deletion"]


def test_one_system_in_trouble_waits_for_itself_and_the_order_looks_again_for_the_others(scans: Scans, settings: object) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    settings.BACKEND_ALLOW = [*settings.BACKEND_ALLOW, "127.0.0.1:9"]  # type: ignore[attr-defined]  # pytest-django's settings wrapper
    connect(slug="dead", name="Dead", base_url="http://127.0.0.1:9", token="x", actor=SERVICE, at=clock.now())
    made = order_everything(scans.ana)
    for _ in range(5):
        work()
        time.sleep(0.15)
    assert set(made.outcomes.values_list("rung", flat=True)) == {Rung.PURGED}
    made.refresh_from_db()
    assert made.state == Order.State.OPEN
    assert scans.files(scans.ana) == []
    assert Promise.objects.get(topic="erasure.run").state == "waiting"


def test_what_the_registry_holds_for_ben_is_left_alone_in_anas_order_and_reported(scans: Scans) -> None:
    factories.signed(scans.ana)
    factories.signed(scans.ben)
    scans.scan(scans.ana)
    listed = next(iter(client_of(scans.system).inventory(scans.ana)))
    Artifact.objects.filter(external_id=listed.id).update(subject=person(scans.ben))
    made = order_everything(scans.ana)
    for _ in range(4):
        work()
        time.sleep(0.15)
    made.refresh_from_db()
    assert made.state == Order.State.OPEN
    assert [row["path"] for row in scans.files(scans.ana) if listed.id in row["path"]]
    assert Violation.objects.get(kind="misplaced").external_id == listed.id


def test_b14_an_order_that_stays_open_too_long_becomes_a_violation_with_its_age(scans: Scans) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    scans.fault("lie")
    made = order_everything(scans.ana)
    Order.objects.filter(pk=made.pk).update(ordered_at=made.ordered_at - timedelta(hours=2))
    work()
    assert Violation.objects.filter(kind="overdue", resolved_at=None).count() == made.outcomes.count()


def test_what_the_backend_lost_before_we_asked_ends_as_absent_by_name_and_not_as_purged(scans: Scans) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    factories.artifacts(scans.ana, [factories.item(f"lost-{scans.ana}", "embedding", store="vectors")])
    made = finish(order_everything(scans.ana))
    assert scans.files(scans.ana) == []
    lost = made.outcomes.get(artifact__external_id=f"lost-{scans.ana}")
    assert (lost.rung, lost.detail, lost.purged_at) == (Rung.ABSENT, NOT_THERE, None)
    assert certificate_content(made)["summary"]["rungs"] == {"absent": 1, "purged": 8}
    assert all(step.done for step in progress(made).steps)
    assert Entry.objects.filter(kind="erasure:outcome:not_there").count() == 1
