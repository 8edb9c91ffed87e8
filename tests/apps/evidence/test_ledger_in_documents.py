"""The whole chain: a fact is recorded, sequenced, signed over, named in a document, and checked from the file alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from compliance.audit.actions import record
from compliance.audit.actions.checkpoint import checkpoint
from compliance.audit.actions.sequence import sequence
from compliance.audit.queries import proof
from compliance.core.actor import SERVICE
from compliance.core.errors import NotFound
from compliance.evidence.actions import seal
from compliance.evidence.verify import verify
from compliance.subjects.models import Subject
from compliance.subjects.queries import sealer
from tests.apps.evidence.samples import content

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_anas_certificate_proves_its_place_in_the_real_ledger(ana: Subject, signing_dir: Path, tmp_path: Path, settings: Settings) -> None:
    settings.JOURNAL_DIR = tmp_path / "journal"
    facts = content(str(ana.pk))
    order = facts["order"]["id"]
    with transaction.atomic():
        done = record(kind="erasure:order:completed", object_id=order, actor=SERVICE, at=NOON, payload={}, sealer=sealer(ana.pk))
    with pytest.raises(NotFound):
        proof(done)
    assert sequence(at=NOON) == 2
    assert checkpoint(at=NOON) is not None
    document = seal(
        kind="certificate",
        subject_id=ana.pk,
        object_id=order,
        language="en",
        content=facts,
        template="documents/certificate.html",
        actor=SERVICE,
        at=NOON,
        proof=proof(done).as_json(),
    )
    report = verify(bytes(document.pdf), bytes(document.twin))
    assert report.wrong is None
    assert report.held[-1] == "The ledger holds entry 1 about it, under a signed checkpoint over 2 entries."
