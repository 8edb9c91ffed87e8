"""Order the destruction of everything whose time is up."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from compliance.artifacts.models import Artifact
from compliance.core.actor import SERVICE
from compliance.erasure.actions import order
from compliance.erasure.models import Order, Outcome
from compliance.erasure.queries.holds import under_hold
from compliance.subjects.models import Subject

# How many overdue artifacts one sweep looks at; the next sweep takes the next ones.
LOOK = 5_000


def database_now() -> datetime:
    """Due dates are judged by one clock, the database's: workers' clocks may disagree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def due_and_unordered(at: datetime) -> QuerySet[Artifact]:
    """What is due, under no hold and in no open order: what a dead backend keeps from ending must not hide what is due elsewhere."""
    ordered = Outcome.objects.filter(artifact=OuterRef("pk"), order__state=Order.State.OPEN)
    return Artifact.objects.filter(~Exists(ordered), ~under_hold(), gone_at__isnull=True, due_at__lte=at)


def sweep() -> int:
    """One sweep; returns for how many people something was ordered. Cost grows with what is due, not with what is kept."""
    at = database_now()
    due = dict.fromkeys(due_and_unordered(at).order_by("due_at").values_list("subject_id", flat=True)[:LOOK])
    return sum(sweep_subject(subject_id, at) for subject_id in due)


@transaction.atomic
def sweep_subject(subject_id: UUID, at: datetime) -> bool:
    """Order what is due for one person; False when another sweep was faster."""
    # Two sweeps at once: the second one waits here, and then finds the first one's order.
    Subject.objects.select_for_update().get(pk=subject_id)
    todo = list(due_and_unordered(at).filter(subject_id=subject_id).order_by("due_at"))
    if not todo:
        return False
    order(
        subject_id=subject_id,
        reason=Order.Reason.SCHEDULE,
        rule=f"Retention schedule: {todo[0].due_why[0]}"[:300],
        origin="retention:sweep",
        decided_by=SERVICE.name,
        actor=SERVICE,
        at=at,
        artifacts=todo,
    )
    return True
