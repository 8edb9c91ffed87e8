"""Violations that happened once and that no destruction closes: an officer explains them, with a reason that stays."""

import pytest
from django.test import Client
from django.urls import reverse

from compliance.artifacts.actions import explain, violation
from compliance.artifacts.models import Violation
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE, Actor
from compliance.core.errors import Conflict
from tests import factories

pytestmark = pytest.mark.django_db
Kind = Violation.ViolationKind
OLGA = Actor("Olga Officer", "officer")
WHY = "A test run with a picture of nobody"


def found(kind: str) -> Violation:
    return violation(kind=kind, system="demo-scan", external_id="x-1", actor=SERVICE, at=clock.now())


def page(name: str, row: Violation) -> str:
    return reverse(f"admin:artifacts_violation_{name}", args=[row.pk])


@pytest.mark.parametrize("kind", [Kind.UNEXPLAINED_USE, Kind.FACE_DATA_SENT])
def test_an_officer_explains_and_closes_and_the_words_stay_in_the_ledger(client: Client, kind: str) -> None:
    row = found(kind)
    client.force_login(factories.officer("olga", "officer"))
    assert page("explain", row) in client.get(page("change", row)).content.decode()
    assert client.post(page("explain", row), {"reason": " "}).status_code == 200
    row.refresh_from_db()
    assert row.resolved_at is None
    assert client.post(page("explain", row), {"reason": WHY}).status_code == 302
    row.refresh_from_db()
    assert (row.resolution, row.resolved_at is not None) == (WHY, True)
    entry = Entry.objects.get(kind="artifacts:violation:explained")
    assert (entry.object_id, entry.actor_name, entry.payload) == (str(row.pk), "Olga Officer", {"kind": kind, "reason": WHY})
    assert page("explain", row) not in client.get(page("change", row)).content.decode()
    assert "closed already" in client.post(page("explain", row), {"reason": WHY}).content.decode()


@pytest.mark.parametrize("kind", sorted(set(Kind.values) - {Kind.UNEXPLAINED_USE, Kind.FACE_DATA_SENT}))
def test_what_closes_by_itself_is_never_closed_by_words(client: Client, kind: str) -> None:
    row = found(kind)
    with pytest.raises(Conflict):
        explain(violation_id=row.pk, actor=OLGA, at=clock.now(), reason=WHY)
    client.force_login(factories.officer("olga", "officer"))
    assert page("explain", row) not in client.get(page("change", row)).content.decode()
    client.post(page("explain", row), {"reason": WHY})
    row.refresh_from_db()
    assert row.resolved_at is None
    assert not Entry.objects.filter(kind="artifacts:violation:explained").exists()


@pytest.mark.parametrize("role", ["viewer", "auditor", "operator"])
def test_who_only_looks_cannot_close(client: Client, role: str) -> None:
    row = found(Kind.UNEXPLAINED_USE)
    client.force_login(factories.officer("otto", role))
    assert page("explain", row) not in client.get(page("change", row)).content.decode()
    assert client.post(page("explain", row), {"reason": WHY}).status_code == 403
    row.refresh_from_db()
    assert row.resolved_at is None
