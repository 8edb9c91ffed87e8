"""Look-ups in the registry."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from compliance.artifacts.models import Artifact

# Descendants of any depth, without looping on a broken lineage: UNION drops rows seen before.
DESCENDANTS = """
WITH RECURSIVE tree AS (
    SELECT id FROM artifacts_artifact WHERE id = ANY(%s)
    UNION SELECT child.id FROM artifacts_artifact child JOIN tree ON child.derived_from_id = tree.id)
SELECT * FROM artifacts_artifact WHERE id IN (SELECT id FROM tree) AND gone_at IS NULL
"""


def live(subject_id: UUID) -> QuerySet[Artifact]:
    """Every artifact of a subject that has not been read back as absent."""
    return Artifact.objects.filter(subject_id=subject_id, gone_at__isnull=True).order_by("created_at", "id")


def live_with_descendants(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """The artifacts and everything made from them, at any depth, without what is gone already."""
    return list(Artifact.objects.raw(DESCENDANTS, [[artifact.pk for artifact in artifacts]]))
