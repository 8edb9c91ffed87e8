"""B11: what is due is ordered destroyed without any person's doing; what is not due is left alone."""

import sys
from datetime import timedelta
from typing import Any

import pytest

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.erasure.models import Order
from compliance.retention.actions import sweep
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""


def test_b11_what_is_due_is_ordered_once_and_the_rest_stays() -> None:
    factories.signed("usr_ana")
    factories.signed("usr_ben")
    (due,) = factories.artifacts("usr_ana", [factories.item("up-1")])
    (kept,) = factories.artifacts("usr_ben", [factories.item("up-2")])
    assert sweep() == 0
    Artifact.objects.filter(pk=due.pk).update(due_at=clock.now() - timedelta(seconds=1))

    assert sweep() == 1
    order = Order.objects.get()
    assert (order.reason, order.everything, [o.artifact_id for o in order.outcomes.all()]) == ("schedule", False, [due.pk])
    assert "Retention schedule" in order.rule
    sweep()
    assert Order.objects.count() == 1
    assert not kept.outcomes.exists()


def test_a_gone_artifact_is_never_swept_again() -> None:
    factories.signed("usr_ana")
    (due,) = factories.artifacts("usr_ana", [factories.item("up-1")])
    Artifact.objects.filter(pk=due.pk).update(due_at=clock.now() - timedelta(days=1), gone_at=clock.now())
    assert sweep() == 0
    assert not Order.objects.exists()


def test_what_an_open_order_holds_does_not_hide_what_is_due_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["compliance.retention.actions.sweep"], "LOOK", 1)
    for name in ("ana", "ben"):
        factories.signed(f"usr_{name}")
        factories.artifacts(f"usr_{name}", [factories.item(f"up-{name}")])
    Artifact.objects.update(due_at=clock.now() - timedelta(days=1))
    assert (sweep(), sweep(), sweep()) == (1, 1, 0)
    assert Order.objects.count() == 2
