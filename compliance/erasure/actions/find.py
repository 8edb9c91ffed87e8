"""Look what a system really has of a person before destroying: what was never registered is destroyed too, and reported."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from compliance.artifacts.actions import NewArtifact, mark_gone, register, violation, violation_of
from compliance.artifacts.models import Artifact, Violation
from compliance.backend.models import System
from compliance.backend.protocol import Client, Found
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.taxonomy import BIOMETRIC, Category
from compliance.delivery.actions import Lease
from compliance.erasure.actions.climb import climb
from compliance.erasure.actions.order import add_outcomes, record_order
from compliance.erasure.models import Order, Outcome, Rung
from compliance.erasure.rules import DONE
from compliance.subjects.queries import references


def find(order: Order, system: System, client: Client, lease: Lease) -> None:
    """Read the person's inventory and add to the order whatever is there and not in it, a page at a time."""
    for reference in references(order.subject_id):
        for page in client.pages(reference):
            with transaction.atomic():
                lease.guard()
                take_in(order, system, page.items)


def take_in(order: Order, system: System, items: Sequence[Found]) -> None:
    """One page of an inventory. What the registry holds for somebody else is reported and left alone: a person must look."""
    at = clock.now()
    known = {a.external_id: a for a in Artifact.objects.filter(system=system.pk, external_id__in=[item.id for item in items])}
    mine = []
    for item in items:
        artifact = known.get(item.id) or adopt(order, system, item, at)
        if artifact.subject_id != order.subject_id:
            misplaced(order, system, item, at)
            continue
        if artifact.gone_at:
            reappeared(order, artifact, at)
        mine.append(artifact)
    if added := add_outcomes(order, mine):
        record_order(order, "widened", added, SERVICE, at, None)


def misplaced(order: Order, system: System, item: Found, at: datetime) -> None:
    violation(
        kind=Violation.ViolationKind.MISPLACED,
        system=system.pk,
        external_id=item.id,
        category=item.category,
        subject=order.subject,
        actor=SERVICE,
        at=at,
    )


def adopt(order: Order, system: System, item: Found, at: datetime) -> Artifact:
    """Register a thing that nobody registered. It is due at once, and the system is told on."""
    category = item.category if item.category in set(Category) else Category.METADATA
    kind = Violation.ViolationKind.UNREGISTERED if category == item.category else Violation.ViolationKind.UNKNOWN_CATEGORY
    violation(kind=kind, system=system.pk, external_id=item.id, category=item.category, subject=order.subject, actor=SERVICE, at=at)
    return register(
        subject=order.subject,
        system=system.pk,
        item=NewArtifact(
            external_id=item.id,
            category=category,
            purpose="none",
            store=item.store,
            biometric=category in BIOMETRIC,
            size=item.size,
            created_at=item.created_at,
            due_at=at,
            due_why=("found at the backend and never registered: due at once",),
        ),
        actor=SERVICE,
        at=at,
    )


def reappeared(order: Order, artifact: Artifact, at: datetime) -> None:
    """It was read back as absent and is there again."""
    violation_of(artifact=artifact, kind=Violation.ViolationKind.REAPPEARED, at=at)
    mark_gone(artifact=artifact, at=None)
    artifact.gone_at = None
    mine = Outcome.objects.filter(order=order, artifact=artifact, rung__in=[Rung.ABSENT, *DONE]).values_list("pk", flat=True)
    climb(outcomes=list(mine), rung=Rung.REAPPEARED, at=at, detail="there again after a negative read")
