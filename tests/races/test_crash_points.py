"""X02: the worker dies by kill -9 at the boundaries of a destruction, twice in a row, and nobody has to help."""

import os
import time
from itertools import count
from typing import Any

import pytest

from compliance.audit.models import Entry
from compliance.delivery.models import Promise
from compliance.erasure.actions import run
from compliance.erasure.models import Call, Order
from tests import factories
from tests.apps.erasure.conftest import Scans, order_everything
from tests.races.crashes import killed, look

pytestmark = pytest.mark.django_db(transaction=True)
# The certificate and the mails have a test of their own, in test_crash_documents.py.
HANDLERS: dict[str, Any] = {"erasure.run": run, "erasure.certify": lambda *_: None, "consent.release_signed": lambda *_: None}

EVERY = int(os.environ.get("CRASH_EVERY", "2"))


def finish(order: Order) -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        look(HANDLERS, limit=5)
        order.refresh_from_db()
        if order.state == Order.State.COMPLETE:
            return
    raise AssertionError(list(order.outcomes.values_list("artifact__category", "rung")))


def trial(scans: Scans, boundary: int) -> bool:
    """One person, one order, two deaths at the boundary; True while the boundary was still reached."""
    reference = f"usr_{boundary}"
    factories.signed(reference)
    scans.scan(reference)
    assert len(scans.files(reference)) == 8
    order = order_everything(reference)
    # The copies of releases are not what is tried here; without this they would be kept first, in each trial.
    Promise.objects.filter(topic="consent.release_signed").update(state="kept")
    reached = killed(boundary, HANDLERS, limit=5)
    killed(boundary, HANDLERS, limit=5)
    finish(order)
    assert scans.files(reference) == []
    assert_like_every_other(order)
    return reached


def assert_like_every_other(order: Order) -> None:
    """The same final state as without any death: one call, every rung once, one completion."""
    assert list(order.outcomes.values_list("rung", flat=True)) == ["purged"] * 8
    assert list(Call.objects.filter(order=order).values_list("state", flat=True)) == ["done"]
    kinds = list(Entry.objects.filter(object_id=str(order.pk)).values_list("kind", flat=True))
    for rung in ("called", "acknowledged", "absent", "purged"):
        assert kinds.count(f"erasure:outcome:{rung}") == 8
    assert kinds.count("erasure:order:completed") == 1
    assert Promise.objects.filter(topic="erasure.certify", payload__order=str(order.pk)).count() == 1


def test_x02_a_worker_killed_at_any_boundary_twice_in_a_row_ends_in_the_same_final_state(scans: Scans) -> None:
    """From the first boundary to the one that is not reached any more, every second one; CRASH_EVERY=1 takes all of them."""
    for boundary in count(1, EVERY):
        if not trial(scans, boundary):
            break
        assert boundary < 200
    # A look at an order passes some thirty: fewer would mean that the patch no longer hits them.
    assert boundary > 20
