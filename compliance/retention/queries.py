"""Look-ups for reconciliation."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from compliance.artifacts.models import Artifact
from compliance.core.taxonomy import OperationalPurpose
from compliance.erasure.models import Order, Outcome
from compliance.retention.models import FindingRule, Reading, Seen
from compliance.retention.rules.findings import DEFAULTS
from consent.models import Release


def rule_of(finding: str) -> str:
    """What is done about a kind of finding: the officers' rule, else the default."""
    row = FindingRule.objects.filter(pk=finding).first()
    return row.action if row else DEFAULTS[finding]


def held_purposes(subject_ids: Iterable[UUID], at: datetime) -> dict[UUID, frozenset[str]]:
    """For each person the purposes whose release is in force, and those that need none; one query for all."""
    ids = set(subject_ids)
    found: dict[UUID, set[str]] = {subject: {purpose.value for purpose in OperationalPurpose} for subject in ids}
    rows = Release.objects.filter(subject_id__in=ids, state=Release.State.ACTIVE, expires_at__gt=at)
    for subject, purpose in rows.values_list("subject_id", "purpose"):
        found[subject].add(purpose)
    return {subject: frozenset(purposes) for subject, purposes in found.items()}


def in_open_order() -> Exists:
    """For a filter over artifacts: whether an order that runs has it."""
    return Exists(Outcome.objects.filter(artifact=OuterRef("pk"), order__state=Order.State.OPEN))


def missing_after(reading: Reading, after: UUID | None, limit: int) -> list[Artifact]:
    """Artifacts of the system that were registered before the reading began, are live, in no open order, and in no page of it."""
    seen = Seen.objects.filter(reading=reading.pk, artifact=OuterRef("pk"))
    rows = Artifact.objects.filter(system=reading.system, gone_at__isnull=True, registered_at__lt=reading.started_at)
    rows = rows.filter(~Exists(seen), ~in_open_order()).order_by("pk")
    return list((rows.filter(pk__gt=after) if after else rows)[:limit])
