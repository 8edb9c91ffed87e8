"""D3, D4: a model of one person, against a real backend: its own deletion with its own proof, and no "complete" while it lives."""

import time

import pytest

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.erasure.models import Order, Outcome, Rung
from compliance.erasure.queries import certificate_content, progress
from compliance.retention.actions.delete_now import delete_now
from tests import factories
from tests.apps.erasure.conftest import Scans, order_everything, person, work

pytestmark = pytest.mark.django_db
MODEL = "personal_model"


def finished(made: Order, seconds: float = 20) -> Order:
    end = time.monotonic() + seconds
    while time.monotonic() < end and made.state != Order.State.COMPLETE:
        work()
        made.refresh_from_db()
        time.sleep(0.15)
    return made


def categories(scans: Scans) -> set[str]:
    return {row["category"] for row in scans.files(scans.ana)}


def test_d3_delete_now_on_the_model_alone_leaves_the_rest_and_has_its_own_evidence(scans: Scans) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    before = categories(scans)
    assert MODEL in before
    model = Artifact.objects.get(subject=person(scans.ana), category=MODEL)
    made = delete_now(subject=model.subject, system=model.system, external_id=model.external_id, actor=SERVICE, at=clock.now())
    assert finished(made).state == Order.State.COMPLETE
    assert categories(scans) == before - {MODEL} - {row.artifact.category for row in made.outcomes.all()}
    assert "original_upload" in categories(scans)
    content = certificate_content(made)
    assert {a["category"] for a in content["artifacts"]} == {row.artifact.category for row in made.outcomes.all()}
    proven = next(a for a in content["artifacts"] if a["category"] == MODEL)
    assert (proven["id"], proven["method"], proven["rung"]) == (model.external_id, "destroy_model", "purged")
    assert {row["what"] for row in content["remains"]}, "what stays is named"


def test_d4_with_the_uploads_gone_and_the_model_alive_the_deletion_is_not_complete_and_names_the_model(scans: Scans) -> None:
    factories.signed(scans.ana)
    scans.scan(scans.ana)
    made = order_everything(scans.ana)
    # The system refused this one a moment ago; it is asked again within the hour, not at every look.
    model = Outcome.objects.get(order=made, artifact__category=MODEL)
    model.rung, model.called_at = Rung.REFUSED, clock.now()
    model.save()
    finished(made, seconds=3)
    assert categories(scans) == {MODEL}, "the uploads are gone from the disk, the model is there"
    assert made.state == Order.State.OPEN
    left = [row for row in progress(made).categories if row.purged_at is None]
    assert [row.category for row in left] == [MODEL]
    assert made.certificate_id is None
    Outcome.objects.filter(pk=model.pk).update(called_at=made.ordered_at.replace(year=2020))
    assert finished(made).state == Order.State.COMPLETE
    assert categories(scans) == set()
