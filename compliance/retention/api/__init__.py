"""The registration of artifacts over REST."""

from compliance.retention.api.artifacts import ArtifactsView

__all__ = ["ArtifactsView"]
