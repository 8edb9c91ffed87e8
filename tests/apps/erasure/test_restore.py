"""M2, X18: a backend is restored from an old snapshot; what was deleted since is deleted again before the store may serve."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compliance.artifacts.models import Artifact
from compliance.audit.models import Entry
from compliance.backend.models import Condition
from compliance.core import clock
from compliance.core.clock import to_text
from compliance.delivery.actions import drain
from compliance.delivery.models import Promise
from compliance.erasure.actions import run
from compliance.erasure.models import Order
from compliance.retention.actions import detected, read_on, replay, start_readings
from compliance.retention.models import Reading, Restore
from examples.scan_backend.harness import TOKEN, StandIn, running, stand_in
from tests import factories
from tests.apps.erasure.conftest import Scans, order_everything
from tests.apps.erasure.test_run import finish

pytestmark = pytest.mark.django_db
KEEPERS: Any = {
    "erasure.run": run,
    "erasure.certify": lambda *_: None,
    "consent.release_signed": lambda *_: None,
    "consent.release_ended": lambda *_: None,
    "retention.read_on": read_on,
    "retention.replay": replay,
    "backend.restored": detected,
}


@pytest.fixture
def efface() -> Iterator[StandIn]:
    with stand_in() as made:
        yield made


def start(folder: Path, efface: StandIn, settings: Any, *flags: str) -> Any:
    return running(folder, efface.url, "--purge-delay", "0.1", *flags)


def connected(backend: Any, settings: Any) -> Scans:
    settings.BACKEND_ALLOW = [backend.http.base_url.netloc.decode()]
    settings.ANNOUNCE_WORK = ""
    return Scans(backend, factories.system(str(backend.http.base_url), TOKEN), ana="usr_ana", ben="usr_ben")


def work() -> None:
    for _ in range(60):
        Promise.objects.filter(state="waiting").update(due_at=clock.now(), lease_until=None)
        Condition.objects.update(open_until=None)
        drain(KEEPERS, limit=20)
        if not Order.objects.filter(state=Order.State.OPEN).exists() and not Restore.objects.exclude(state="clear").exists():
            return


@pytest.mark.parametrize("how", ["declared", "detected"])
def test_m2_what_was_deleted_since_the_backup_is_deleted_again_before_the_store_may_serve(
    how: str, efface: StandIn, settings: Any, tmp_path: Path, client: Client
) -> None:
    live, backup = tmp_path / "live", tmp_path / "backup"
    with start(live, efface, settings) as backend:
        scans = connected(backend, settings)
        for reference in (scans.ana, scans.ben):
            factories.signed(reference)
            scans.scan(reference)
        before = clock.now()
        shutil.copytree(live, backup)
        finish(order_everything(scans.ana))
        bens = scans.files(scans.ben)
        assert scans.files(scans.ana) == []
    shutil.rmtree(live)
    shutil.copytree(backup, live)

    with start(live, efface, settings, "--restored") as backend:
        scans = connected(backend, settings)
        assert len(scans.files(scans.ana)) == 8
        if how == "declared":
            headers = {"Authorization": f"Bearer {factories.api_key()}", "Idempotency-Key": "r-1"}
            body = {"restored_to": to_text(before)}
            said = client.post("/api/v1/restores", body, content_type="application/json", headers=headers)
            assert (said.status_code, said.json()["may_serve"]) == (202, False)
        else:
            start_readings(at=clock.now())
        work()

        # A new epoch shows on the first call, whoever declared what.
        restore = Restore.objects.get(how=how)
        assert restore.state == Restore.State.CLEAR
        assert scans.files(scans.ana) == []
        assert scans.files(scans.ben) == bens
        assert restore.artifacts.count() == 8
        assert not Artifact.objects.filter(subject__references__isnull=False, restores=restore, gone_at=None).exists()
        assert set(Order.objects.filter(origin__startswith="retention:restore").values_list("reason", flat=True)) == {"restore"}
        assert Entry.objects.filter(kind="retention:restore:cleared", object_id=str(restore.pk)).count() == 1
        answer = client.get(f"/api/v1/restores/{restore.pk}", headers={"Authorization": f"Bearer {factories.api_key()}"}).json()
        assert (answer["may_serve"], answer["delete_again"]) == (True, [])
        if how == "detected":
            assert Reading.objects.exists()


def test_a_restore_of_the_future_an_unknown_store_and_another_systems_key_are_refused(settings: Any, client: Client) -> None:
    settings.ANNOUNCE_WORK = ""
    factories.signed("usr_ana")
    Condition.objects.update(stores=[{"name": "uploads", "backup_max_age": None, "purge": "immediate"}])

    def post(key: str, number: int, **body: Any) -> int:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"r-{number}"}
        return client.post("/api/v1/restores", body, content_type="application/json", headers=headers).status_code

    key = factories.api_key()
    assert post(key, 1, restored_to=to_text(clock.now() + timedelta(days=1))) == 422
    assert post(key, 2, restored_to=to_text(clock.now()), store="elsewhere") == 422
    assert post(factories.api_key("check"), 3, restored_to=to_text(clock.now())) == 403
    assert Restore.objects.count() == 0
    assert post(key, 4, restored_to=to_text(clock.now()), store="uploads") == 202
    other = factories.api_key(system="other")
    found = Restore.objects.get()
    assert client.get(f"/api/v1/restores/{found.pk}", headers={"Authorization": f"Bearer {other}"}).status_code == 404
