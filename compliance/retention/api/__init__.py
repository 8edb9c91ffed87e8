"""Retention over REST: register artifacts, delete one of them, say that a store was restored."""

from compliance.retention.api.artifacts import ArtifactsView
from compliance.retention.api.deletions import DeletionsView, DeletionView
from compliance.retention.api.restores import RestoresView, RestoreView

__all__ = ["ArtifactsView", "DeletionView", "DeletionsView", "RestoreView", "RestoresView"]
