"""Seal the certificate of a completed order: nothing is held open while a PDF is made."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from compliance.audit import queries as ledger
from compliance.audit.actions import checkpoint, record, save_with_history, sequence
from compliance.audit.models import Entry
from compliance.core.actor import SERVICE
from compliance.delivery.actions import Again, Lease, promise
from compliance.erasure.models import Order
from compliance.erasure.queries import certificate_content
from compliance.evidence.actions import seal
from compliance.evidence.models import Document


def certify(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
    """Keeper of `erasure.certify`: certificate and JSON twin, with the ledger's proof of the completion; then tell whoever waits."""
    order = Order.objects.get(pk=payload["order"])
    if order.certificate_id:
        return None
    entry = Entry.objects.get(uid=payload["entry"])
    # The proof needs the entry in the tree and a checkpoint over it; whoever runs the sequencer now does it for all.
    sequence(at=at)
    checkpoint(at=at)

    def guard() -> None:
        lease.guard()

    document = seal(
        kind=Document.DocumentKind.CERTIFICATE,
        subject_id=order.subject_id,
        object_id=str(order.pk),
        language="en",
        content=certificate_content(order),
        template="documents/certificate.html",
        proof=ledger.proof(entry).as_json(),
        actor=SERVICE,
        at=at,
        guard=guard,
    )
    attach(order, document, lease, at)
    return None


@transaction.atomic
def attach(order: Order, document: Document, lease: Lease, at: datetime) -> None:
    """Link the certificate to its order and promise the answer to the person."""
    lease.guard()
    order = Order.objects.select_for_update().get(pk=order.pk)
    order.certificate = document
    save_with_history(order, actor=SERVICE, reason="certificate sealed")
    entry = record(
        kind="erasure:order:certified",
        object_id=str(order.pk),
        actor=SERVICE,
        at=at,
        payload={"document": str(document.pk)},
        subject_id=order.subject_id,
    )
    promise(topic="erasure.certified", payload={"order": str(order.pk)}, because=entry, at=at, urgent=True)
