"""The one function that moves an outcome on its ladder."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.audit.actions import record
from compliance.core.actor import SERVICE
from compliance.core.arrows import check
from compliance.erasure.models import Outcome, Rung
from compliance.erasure.rules import ARROWS

# The field that keeps the time of a rung, where it has one.
TIMES = {Rung.CALLED: "called_at", Rung.ACKNOWLEDGED: "acknowledged_at", Rung.ABSENT: "absent_at", Rung.PURGED: "purged_at"}


def climb(*, outcomes: Iterable[UUID], rung: Rung, at: datetime, detail: str = "", **facts: Any) -> list[Outcome]:
    """Move outcomes to `rung`, inside the caller's transaction: lock, check the arrow on the fresh row, save, record.

    `facts` are further fields to set (call, purge_due, backups_until). Raises `ArrowRefused` when any of them moved on.
    """
    rows = list(Outcome.objects.select_for_update(of=("self",)).select_related("artifact").filter(pk__in=list(outcomes)).order_by("pk"))
    for row in rows:
        check(ARROWS, row.rung, rung)
        old, row.rung, row.detail = row.rung, rung, detail
        if rung in TIMES:
            setattr(row, TIMES[rung], at)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        record(
            kind=f"erasure:outcome:{rung}",
            object_id=str(row.order_id),
            actor=SERVICE,
            at=at,
            payload={"artifact": str(row.artifact_id), "from": old, "detail": detail},
            subject_id=row.artifact.subject_id,
        )
    return rows
