"""A5, X17: a system's whole inventory is held against the registry; what should not be there is found, and nothing is invented."""

import tracemalloc
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from compliance.artifacts.models import Artifact, Violation
from compliance.backend.protocol import Description, Found, Page
from compliance.core import clock
from compliance.core.errors import BackendFault
from compliance.delivery.actions import Again, drain
from compliance.delivery.models import Promise
from compliance.erasure.models import Order
from compliance.retention.actions import read_on, reconcile, start_readings
from compliance.retention.models import FindingRule, Reading, Seen
from compliance.retention.rules import findings
from compliance.subjects.queries import by_reference
from tests import factories

pytestmark = pytest.mark.django_db


@dataclass
class Inventory:
    """The far side of the wire: what a backend would list, in pages, and what it says of single ids."""

    items: list[Found] = field(default_factory=list)
    page: int = 500
    faults: list[BackendFault] = field(default_factory=list)
    circle: bool = False

    def describe(self) -> Description:
        return Description("epoch-1", ())

    def page_of_everything(self, cursor: str | None) -> Page:
        if self.faults:
            raise self.faults.pop()
        start = int(cursor or 0)
        after = start + self.page
        following = str(after % len(self.items)) if self.circle else str(after) if after < len(self.items) else None
        return Page(tuple(self.items[start:after]), following)

    def lookup(self, ids: list[str]) -> frozenset[str]:
        return frozenset(item.id for item in self.items if item.id in set(ids))


def thing(id_: str, reference: str = "usr_ana", category: str = "original_upload", minutes: int = 60) -> Found:
    return Found(id_, category, reference, "uploads", clock.now() - timedelta(minutes=minutes), None, 10)


@pytest.fixture
def inventory(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Inventory:
    settings.ANNOUNCE_WORK = ""
    made = Inventory()
    monkeypatch.setattr(reconcile, "client_of", lambda _system: made)
    return made


def read() -> Reading:
    """Begin a reading and keep its promise to the end."""
    Reading.objects.update(started_at=clock.now() - timedelta(hours=1))
    assert start_readings(at=clock.now()) == 1
    for _ in range(20):
        Promise.objects.filter(topic="retention.read_on", state="waiting").update(due_at=clock.now(), lease_until=None)
        drain({"retention.read_on": read_on, "erasure.run": lambda *_: None, "consent.release_signed": lambda *_: None})
        reading = Reading.objects.latest("started_at")
        if reading.state != Reading.State.READING:
            return reading
    raise AssertionError(reading.trouble)


def kinds() -> dict[str, str]:
    return dict(Violation.objects.filter(resolved_at=None).values_list("external_id", "kind"))


def test_a5_one_orphan_in_a_thousand_is_found_and_none_is_invented(inventory: Inventory) -> None:
    factories.signed("usr_ana")
    factories.artifacts("usr_ana", [factories.item(f"up-{n}") for n in range(1998)])
    inventory.items = [thing(f"up-{n}") for n in range(1998)] + [thing("stray-1"), thing("stray-2", "usr_nobody")]
    reading = read()
    assert kinds() == {"stray-1": "unregistered", "stray-2": "unregistered"}
    assert (reading.items, reading.pages, reading.found) == (2000, 4, {"unregistered": 2})
    assert not Seen.objects.exists()
    # It is not kept for ever while somebody is asked.
    stray = Artifact.objects.get(external_id="stray-1")
    assert timedelta(hours=71) < stray.due_at - clock.now() < timedelta(hours=73)
    assert not Order.objects.exists()
    read()
    assert Violation.objects.count() == 2


def test_each_kind_of_finding_is_told_from_the_others_and_follows_its_rule(inventory: Inventory) -> None:
    factories.signed("usr_ana")
    factories.signed("usr_ben")
    factories.artifacts("usr_ana", [factories.item(f"a-{n}") for n in range(6)])
    Artifact.objects.filter(external_id="a-1").update(due_at=clock.now() - timedelta(hours=3))
    Artifact.objects.filter(external_id="a-2").update(gone_at=clock.now() - timedelta(hours=3))
    Artifact.objects.filter(external_id="a-3").update(purpose="match")
    inventory.items = [
        thing("a-0"),
        thing("a-1"),
        thing("a-2"),
        thing("a-3"),
        thing("a-4", "usr_ben"),
        thing("soul", category="soul"),
        thing("qa", category="qa_copy"),
        thing("fresh", minutes=1),
    ]
    reading = read()
    assert kinds() == {
        "a-1": "overdue",
        "a-2": "reappeared",
        "a-3": "no_live_reason",
        "a-4": "misplaced",
        "a-5": "missing",
        "soul": "unknown_category",
        "qa": "never_kept",
    }
    assert sum(reading.found.values()) == 7
    ordered = {o.artifact.external_id for o in Order.objects.get().outcomes.select_related("artifact")}
    assert ordered == {"a-1", "a-2", "a-3", "qa"}
    assert Artifact.objects.get(external_id="a-2").gone_at is None


def test_an_officers_rule_takes_the_place_of_the_default(inventory: Inventory) -> None:
    factories.signed("usr_ana")
    FindingRule.objects.create(finding="unregistered", action="destroy")
    inventory.items = [thing("stray", "usr_cy")]
    read()
    order = Order.objects.get()
    cy = by_reference("usr_cy")
    assert cy is not None
    assert (order.subject_id, order.reason, order.outcomes.get().artifact.external_id) == (cy.pk, "violation", "stray")
    FindingRule.objects.update(action="report")
    inventory.items = [thing("stray-2", "usr_dan")]
    read()
    assert kinds()["stray-2"] == "unregistered"
    assert not Artifact.objects.filter(external_id="stray-2").exists()


def test_a_reading_goes_on_where_it_was_after_a_fault_and_counts_nothing_twice(inventory: Inventory) -> None:
    factories.signed("usr_ana")
    factories.artifacts("usr_ana", [factories.item(f"up-{n}") for n in range(4)])
    inventory.items, inventory.page = [thing(f"up-{n}") for n in range(4)] + [thing("stray")], 2
    inventory.faults = [BackendFault("down", kind="timeout")]
    assert start_readings(at=clock.now()) == 1
    waiting = read_on({"reading": str(Reading.objects.get().pk)}, FREE, clock.now())
    assert isinstance(waiting, Again)
    assert Reading.objects.get().trouble == "timeout"
    Reading.objects.get().refresh_from_db()
    from compliance.backend.models import Condition

    Condition.objects.update(open_until=None)
    assert read_on({"reading": str(Reading.objects.get().pk)}, FREE, clock.now()) is None
    reading = Reading.objects.get()
    assert (reading.state, reading.items, reading.found) == ("done", 5, {"unregistered": 1})


def test_an_inventory_that_runs_in_a_circle_is_a_fault_and_ends(inventory: Inventory) -> None:
    factories.signed("usr_ana")
    factories.artifacts("usr_ana", [factories.item(f"up-{n}") for n in range(6)])
    inventory.items, inventory.page, inventory.circle = [thing(f"up-{n}") for n in range(6)], 2, True
    start_readings(at=clock.now())
    assert isinstance(read_on({"reading": str(Reading.objects.get().pk)}, FREE, clock.now()), Again)
    reading = Reading.objects.get()
    assert (reading.state, reading.trouble) == ("reading", "cursor repeated")
    assert reading.pages < 10
    Reading.objects.update(started_at=clock.now() - reconcile.LONGEST - timedelta(seconds=1))
    assert read_on({"reading": str(reading.pk)}, FREE, clock.now()) is None
    assert Reading.objects.get().state == "failed"


def test_a_page_costs_as_many_statements_for_five_hundred_items_as_for_five(
    inventory: Inventory, django_assert_max_num_queries: Any
) -> None:
    factories.signed("usr_ana")
    factories.artifacts("usr_ana", [factories.item(f"up-{n}") for n in range(500)])
    inventory.items = [thing(f"up-{n}") for n in range(500)]
    start_readings(at=clock.now())
    with django_assert_max_num_queries(35):
        read_on({"reading": str(Reading.objects.get().pk)}, FREE, clock.now())
    assert Reading.objects.get().state == "done"


def test_two_readings_of_one_system_never_run_at_once_and_the_next_waits_a_quarter_of_an_hour(inventory: Inventory) -> None:
    factories.signed("usr_ana")
    at = clock.now()
    assert (start_readings(at=at), start_readings(at=at)) == (1, 0)
    read_on({"reading": str(Reading.objects.get().pk)}, FREE, at)
    assert start_readings(at=at + timedelta(minutes=14)) == 0
    assert start_readings(at=at + timedelta(minutes=16)) == 1


def test_memory_does_not_grow_with_the_inventory(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.signed("usr_ana")
    FindingRule.objects.create(finding="unregistered", action="report")
    monkeypatch.setattr(findings, "ON_ITS_WAY", timedelta(days=9))
    peaks = []
    for size in (2_000, 8_000):
        inventory.items = [thing(f"x-{n}") for n in range(size)]
        tracemalloc.start()
        read()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


class Free:
    """A lease that nobody takes away."""

    def guard(self) -> None:
        return None


FREE: Any = Free()
