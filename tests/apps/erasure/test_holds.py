"""B13: a hold stops the destruction of named artifacts, by two people's word, and its release destroys them at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client

from compliance.access.models import Officer
from compliance.artifacts.models import Artifact, Violation
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import Actor
from compliance.core.errors import ArrowRefused, Forbidden, Invalid
from compliance.erasure.actions import holds as actions
from compliance.erasure.models import Hold, Order, Rung
from compliance.erasure.queries import certificate_content
from compliance.erasure.rules.holds import Effect, effect
from compliance.retention.actions import sweep
from tests import factories
from tests.apps.erasure.conftest import Scans, order_everything
from tests.apps.erasure.test_run import finish

pytestmark = pytest.mark.django_db
OLGA, PAT = Actor("Olga Officer", "officer"), Actor("Pat Privacy", "officer")


def ground(**changes: Any) -> actions.Ground:
    facts: dict[str, Any] = {
        "authority": Hold.Authority.SUBPOENA,
        "reference": "No. 26-CV-1",
        "document_sha256": "a" * 64,
        "owner": "General Counsel",
        "review_on": clock.now().date() + timedelta(days=30),
        "why": "The court asked for it",
    }
    return actions.Ground(**{**facts, **changes})


def placed(artifacts: list[Artifact], **changes: Any) -> Hold:
    hold = actions.propose_hold(ground=ground(**changes), artifacts=artifacts, actor=OLGA, at=clock.now())
    return actions.approve_hold(hold_id=hold.pk, actor=PAT, at=clock.now())


def released(hold: Hold) -> Hold:
    actions.propose_release(hold_id=hold.pk, actor=OLGA, at=clock.now())
    return actions.release_hold(hold_id=hold.pk, actor=PAT, at=clock.now())


def test_b13_a_held_artifact_stays_on_the_disk_the_rest_goes_and_the_release_destroys_it_at_once(scans: Scans) -> None:
    factories.signed(scans.ana)
    artifacts = scans.scan(scans.ana)
    upload = next(a for a in artifacts if a.category == "original_upload")
    hold = placed([upload])
    assert hold.state == Hold.State.ACTIVE

    made = finish(order_everything(scans.ana))
    assert [row["category"] for row in scans.files(scans.ana)] == ["original_upload"]
    assert dict.fromkeys(made.outcomes.exclude(artifact=upload).values_list("rung", flat=True)) == {Rung.PURGED: None}
    assert made.outcomes.get(artifact=upload).rung == Rung.HELD
    (said,) = certificate_content(made)["holds"]
    assert (said["artifacts"], said["reference"]) == (1, "No. 26-CV-1")

    released(hold)
    again = Order.objects.get(state=Order.State.OPEN)
    assert (again.reason, [o.artifact_id for o in again.outcomes.all()]) == (made.reason, [upload.pk])
    finish(again)
    assert scans.files(scans.ana) == []
    assert Artifact.objects.get(pk=upload.pk).gone_at is not None


def test_b13_a_due_artifact_under_a_hold_is_not_swept_and_is_swept_when_it_is_free(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""
    factories.signed("usr_ana")
    (held, free) = factories.artifacts("usr_ana", [factories.item("up-1"), factories.item("up-2")])
    Artifact.objects.update(due_at=clock.now() - timedelta(days=1))
    hold = placed([held])
    assert sweep() == 1
    assert [o.artifact_id for o in Order.objects.get().outcomes.all()] == [free.pk]
    released(hold)
    assert sweep() == 1
    assert {o.artifact_id for o in Order.objects.get().outcomes.all()} == {held.pk, free.pk}


def test_x35_one_person_cannot_place_or_release_a_hold_and_the_database_refuses_it_too(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""
    factories.signed("usr_ana")
    things = factories.artifacts("usr_ana", [factories.item("up-1")])
    hold = actions.propose_hold(ground=ground(), artifacts=things, actor=OLGA, at=clock.now())
    with pytest.raises(Forbidden, match="second person"):
        actions.approve_hold(hold_id=hold.pk, actor=OLGA, at=clock.now())
    assert Hold.objects.get().state == Hold.State.PROPOSED
    actions.approve_hold(hold_id=hold.pk, actor=PAT, at=clock.now())
    actions.propose_release(hold_id=hold.pk, actor=PAT, at=clock.now())
    with pytest.raises(Forbidden):
        actions.release_hold(hold_id=hold.pk, actor=PAT, at=clock.now())
    with pytest.raises(IntegrityError):
        Hold.objects.filter(pk=hold.pk).update(released_by=PAT.name)


def test_x42_a_hold_without_document_owner_reference_review_or_artifacts_is_refused_naming_each() -> None:
    with pytest.raises(Invalid) as refused:
        actions.propose_hold(
            ground=ground(reference=" ", document_sha256="", owner="", review_on=clock.now().date()),
            artifacts=[],
            actor=OLGA,
            at=clock.now(),
        )
    assert [e.pointer for e in refused.value.errors] == ["/reference", "/owner", "/document", "/review_on", "/artifacts"]
    assert Hold.objects.count() == 0


@pytest.mark.parametrize(
    ("authority", "places", "biometric", "expected"),
    [
        ("warrant", ["IL"], True, Effect.SUSPEND),
        ("subpoena", ["IL", "EU:DE"], True, Effect.SUSPEND),
        ("litigation", ["IL"], True, Effect.ESCALATE),
        ("litigation", ["IL"], False, Effect.SUSPEND),
        ("litigation", ["EU:DE"], True, Effect.SUSPEND),
        ("litigation", ["CA"], True, Effect.SUSPEND),
        ("statute", ["TX"], True, Effect.SUSPEND),
        ("statute", ["IL"], True, Effect.ESCALATE),
    ],
)
def test_b13_bipa_knows_a_warrant_and_a_subpoena_and_nothing_else(
    authority: str, places: list[str], biometric: bool, expected: Effect
) -> None:
    assert effect(authority=authority, biometric=biometric, jurisdictions=places)[0] == expected


def test_b13_an_own_litigation_hold_under_bipa_blocks_and_escalates(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""
    settings.SERVED_JURISDICTIONS = ["IL"]
    factories.signed("usr_ana")
    things = factories.artifacts("usr_ana", [factories.item("up-1")])
    hold = placed(things, authority=Hold.Authority.LITIGATION)
    assert (hold.state, "15(a)" in hold.conflicts[0]) == (Hold.State.ESCALATED, True)
    assert Violation.objects.get().kind == "hold_conflict"
    Artifact.objects.update(due_at=clock.now() - timedelta(days=1))
    assert sweep() == 0


def test_a_rejected_hold_never_held_and_every_step_is_in_the_ledger_once(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""
    factories.signed("usr_ana")
    things = factories.artifacts("usr_ana", [factories.item("up-1")])
    hold = actions.propose_hold(ground=ground(), artifacts=things, actor=OLGA, at=clock.now())
    actions.reject_hold(hold_id=hold.pk, actor=OLGA, at=clock.now())
    with pytest.raises(ArrowRefused):
        actions.approve_hold(hold_id=hold.pk, actor=PAT, at=clock.now())
    kinds = list(Entry.objects.filter(object_id=str(hold.pk)).order_by("id").values_list("kind", flat=True))
    assert kinds == ["erasure:hold:proposed", "erasure:hold:rejected"]
    Artifact.objects.update(due_at=clock.now() - timedelta(days=1))
    assert sweep() == 1


def test_two_officers_place_a_hold_on_the_admins_pages_and_a_viewer_cannot(client: Client, settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""
    factories.signed("usr_ana")
    factories.artifacts("usr_ana", [factories.item("up-1")])
    client.force_login(factories.officer("olga"))
    fields = {
        "authority": "subpoena", "reference": "No. 26-CV-1", "owner": "Counsel", "why": "the court asked", "system": factories.SYSTEM,
        "review_on": (clock.now() + timedelta(days=30)).date().isoformat(), "artifacts": "up-1\nup-9",
    }  # fmt: skip  # read by groups
    wrong = client.post("/admin/erasure/hold/add/", {**fields, "document": SimpleUploadedFile("s.pdf", b"%PDF-1.7 subpoena")})
    assert "up-9" in wrong.content.decode()
    assert Hold.objects.count() == 0
    fields["artifacts"] = "up-1"
    client.post("/admin/erasure/hold/add/", {**fields, "document": SimpleUploadedFile("s.pdf", b"%PDF-1.7 subpoena")})
    hold = Hold.objects.get()
    client.post(f"/admin/erasure/hold/{hold.pk}/approve/")
    assert Hold.objects.get().state == Hold.State.PROPOSED
    # A new name makes nobody a second person, and a namesake is one.
    Officer.objects.filter(username="olga").update(first_name="Ol", last_name="Ga")
    client.post(f"/admin/erasure/hold/{hold.pk}/approve/")
    assert Hold.objects.get().state == Hold.State.PROPOSED
    client.force_login(factories.officer("pat"))
    assert "Approve this hold" in client.get(f"/admin/erasure/hold/{hold.pk}/change/").content.decode()
    client.post(f"/admin/erasure/hold/{hold.pk}/approve/")
    assert Hold.objects.get().state == Hold.State.ACTIVE
    client.force_login(factories.officer("vic", "viewer"))
    assert client.post(f"/admin/erasure/hold/{hold.pk}/propose_release/").status_code == 403
