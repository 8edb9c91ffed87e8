"""A real scan backend, as a process, whose files are the ground truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import pytest

from compliance.artifacts.models import Artifact
from compliance.backend.models import System
from compliance.backend.queries import client_of
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.taxonomy import BIOMETRIC
from compliance.delivery.actions import drain
from compliance.delivery.models import Promise
from compliance.erasure.actions import order, run
from compliance.erasure.models import Order
from compliance.retention.actions import Item
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference
from examples.scan_backend.harness import TOKEN, Running, running, stand_in
from tests import factories


@dataclass
class Scans:
    """Ana's scans at the demo company, and what Efface knows of them."""

    backend: Running
    system: System
    # New for every test: the backend's disk outlives the test's database.
    ana: str = field(default_factory=lambda: f"usr_ana_{token_hex(4)}")
    ben: str = field(default_factory=lambda: f"usr_ben_{token_hex(4)}")

    def scan(self, reference: str) -> list[Artifact]:
        """Make a scan at the backend and register here what it says it has."""
        assert self.backend.http.post("/demo/scans", json={"reference": reference}).status_code == 201
        return self.register(reference)

    def register(self, reference: str) -> list[Artifact]:
        found = list(client_of(self.system).inventory(reference))
        known = {f.id for f in found}
        found.sort(key=lambda f: f.derived_from in known)
        items = [Item(f.id, f.category, f.store, f.created_at, f.category in set(BIOMETRIC), f.derived_from, f.size) for f in found]
        return factories.artifacts(reference, items)

    def files(self, reference: str) -> list[Any]:
        """What lies on the backend's disk: the truth that no protocol can bend."""
        body = self.backend.http.get("/demo/files", params={"subject": reference}).json()
        rows: list[Any] = body["files"] if isinstance(body, dict) else body
        return rows

    def fault(self, mode: str) -> None:
        assert self.backend.http.post("/demo/faults", json={"mode": mode}).status_code == 200


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with stand_in() as efface, running(tmp_path_factory.mktemp("scan"), efface.url, "--allow-faults", "--purge-delay", "0.3") as backend:
        yield backend


@pytest.fixture
def scans(process: Running, settings: Any, db: None) -> Iterator[Scans]:
    settings.BACKEND_ALLOW = [process.http.base_url.netloc.decode()]
    settings.ANNOUNCE_WORK = ""
    made = Scans(process, factories.system(str(process.http.base_url), TOKEN))
    made.fault("none")
    yield made
    made.fault("none")


def person(reference: str) -> Subject:
    found = by_reference(reference)
    assert found is not None
    return found


def order_everything(reference: str, reason: str = Order.Reason.REQUEST) -> Order:
    made = order(
        subject_id=person(reference).pk,
        reason=reason,
        rule="GDPR 17(1)",
        origin="test",
        decided_by="Olga Officer",
        actor=SERVICE,
        at=clock.now(),
    )
    assert made is not None
    return made


def work(limit: int = 50) -> None:
    """Keep every promise of erasure that is there, whatever its time, once."""
    Promise.objects.filter(state="waiting").update(due_at=clock.now(), lease_until=None)
    drain({"erasure.run": run, "erasure.certify": lambda *_: None, "consent.release_signed": lambda *_: None}, limit=limit)
