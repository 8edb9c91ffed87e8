"""X02 goes on: the worker dies while it seals the certificate, answers the request and mails the answer, with every real keeper."""

from pathlib import Path
from typing import Any

import pytest

from compliance.audit import notes
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE, Actor
from compliance.delivery.models import Promise
from compliance.erasure.models import Order
from compliance.evidence import keys
from compliance.evidence.models import Document
from compliance.wiring import HANDLERS
from dsar import actions
from dsar.models import Request
from tests import factories
from tests.apps.erasure.conftest import Scans
from tests.processes import until
from tests.races.crashes import killed, look

pytestmark = pytest.mark.django_db(transaction=True)
OLGA = Actor("Olga Officer", "officer")
# Each trial makes a PDF or two, a second each: every twelfth boundary, always the same ones.
EVERY = 12


@pytest.fixture(autouse=True)
def mails(settings: Any, tmp_path: Path) -> Path:
    """Mails as files, because the workers are other processes; and keys to sign with."""
    settings.EMAIL_BACKEND = "compliance.delivery.mail.ConsoleAndFileBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.SIGNING_DIR, settings.JOURNAL_DIR = tmp_path / "signing", tmp_path / "journal"
    keys.create(settings.SIGNING_DIR)
    notes.create(settings.SIGNING_DIR, "privacy.example.test")
    return tmp_path / "mail"


def destroyed(number: int, scans: Scans) -> Request:
    """A request whose order is complete; the certificate is promised."""
    at, reference = clock.now(), f"usr_{number}"
    factories.signed(reference)
    scans.scan(reference)
    asked = actions.receive_from_system(
        reference=reference, email=f"{reference}@example.test", system="demo-scan", language="en", at=at, actor=factories.BACKEND
    ).request
    approved = actions.approve(request_id=asked.pk, actor=OLGA, at=at, reason="the session says who asks")
    Promise.objects.exclude(topic="erasure.run").update(state="kept")
    order = Order.objects.get(origin=f"dsar:request:{asked.pk}")
    until("the order is complete", lambda: look(HANDLERS, limit=1) and Order.objects.get(pk=order.pk).state == Order.State.COMPLETE)
    assert Promise.objects.get(state="waiting").topic == "erasure.certify"
    return approved


def trial(boundary: int, scans: Scans, mails: Path) -> bool:
    """One request, one death; True while the boundary was still reached."""
    request = destroyed(boundary, scans)
    reached = killed(boundary, HANDLERS, limit=20)
    while look(HANDLERS, limit=20):
        pass
    request.refresh_from_db()
    assert request.state == Request.State.ANSWERED
    assert Document.objects.filter(object_id=str(request.order_id)).count() == 1
    for kind, thing in (("erasure:order:certified", request.order_id), ("dsar:request:answered", request.pk)):
        assert Entry.objects.filter(kind=kind, object_id=str(thing)).count() == 1
    letters = [mail for mail in mails.glob("*.eml") if request.code in mail.read_text()]
    # Killed between sending and writing down that it was sent: twice is better than never, and never more than that.
    assert len(letters) in ({1, 2} if reached else {1})
    assert Promise.objects.exclude(state="kept").count() == 0
    return reached


def test_x02_a_worker_killed_while_it_seals_and_writes_leaves_one_certificate_one_answer_and_a_mail(scans: Scans, mails: Path) -> None:
    boundary = 1
    while trial(boundary, scans, mails):
        boundary += EVERY
        assert boundary < 200
    # Four keepers with three or more transactions each.
    assert boundary > 16
    assert SERVICE.name in set(Entry.objects.filter(kind="evidence:document:sealed").values_list("actor_name", flat=True))
