"""Order the destruction of everything whose time is up."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from compliance.artifacts.models import Artifact
from compliance.artifacts.queries import subjects_due
from compliance.core.actor import SERVICE
from compliance.erasure.actions import order
from compliance.erasure.models import Order

# How many overdue artifacts one sweep looks at; the next sweep takes the next ones.
LOOK = 5_000


def database_now() -> datetime:
    """Due dates are judged by one clock, the database's: workers' clocks may disagree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def sweep() -> int:
    """One sweep; returns how many people had something due. Cost grows with what is due, not with what is kept."""
    at = database_now()
    due = subjects_due(at, LOOK)
    for subject_id in due:
        sweep_subject(subject_id, at)
    return len(due)


@transaction.atomic
def sweep_subject(subject_id: UUID, at: datetime) -> None:
    """Order what is due for one person, unless an open order holds it already."""
    due = Artifact.objects.filter(subject_id=subject_id, gone_at__isnull=True, due_at__lte=at)
    todo = list(due.exclude(outcomes__order__state=Order.State.OPEN))
    if not todo:
        return
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
