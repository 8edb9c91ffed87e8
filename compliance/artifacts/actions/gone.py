"""An artifact was read back as absent, or came back."""

from datetime import datetime

from compliance.artifacts.models import Artifact


def mark_gone(*, artifact: Artifact, at: datetime | None) -> None:
    """Note since when an artifact is absent; None when it is there (again). The caller records why."""
    Artifact.objects.filter(pk=artifact.pk).update(gone_at=at)
