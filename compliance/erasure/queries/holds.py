"""What is under a hold now."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from compliance.artifacts.models import Artifact
from compliance.erasure.models import HeldArtifact, Hold
from compliance.subjects.models import Subject


def under_hold() -> Exists:
    """For a filter over artifacts: whether a hold is in force for one."""
    return Exists(HeldArtifact.objects.filter(artifact=OuterRef("pk"), hold__state__in=Hold.IN_FORCE))


def held(artifact_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the artifacts that nobody may destroy now."""
    rows = HeldArtifact.objects.filter(artifact__in=list(artifact_ids), hold__state__in=Hold.IN_FORCE)
    return frozenset(rows.values_list("artifact_id", flat=True))


def holds_over(artifact_ids: Iterable[UUID]) -> QuerySet[Hold]:
    """The holds in force over any of the artifacts."""
    items = HeldArtifact.objects.filter(artifact__in=list(artifact_ids))
    return Hold.objects.filter(state__in=Hold.IN_FORCE, pk__in=items.values("hold")).order_by("approved_at")


def lock(artifact_ids: Iterable[UUID]) -> list[Artifact]:
    """Lock artifacts, their people first: a hold is placed before a call is intended, or after it, never in between."""
    wanted = Artifact.objects.filter(pk__in=list(artifact_ids))
    lock_people(wanted.values_list("subject_id", flat=True))
    return list(wanted.select_for_update(of=("self",)).select_related("subject").order_by("pk"))


def lock_people(subject_ids: Iterable[UUID]) -> None:
    """Everybody who changes what is known of several people locks them first, and in one order."""
    list(Subject.objects.select_for_update(no_key=True).filter(pk__in=set(subject_ids)).order_by("pk").values_list("pk"))
