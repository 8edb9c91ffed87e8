"""Addresses of retention."""

from django.urls import path

from compliance.retention.api import ArtifactsView, DeletionsView, DeletionView, RestoresView, RestoreView

app_name = "retention"
urlpatterns = [
    path("api/v1/artifacts", ArtifactsView.as_view(), name="artifacts"),
    path("api/v1/deletions", DeletionsView.as_view(), name="deletions"),
    path("api/v1/deletions/<uuid:order_id>", DeletionView.as_view(), name="deletion"),
    path("api/v1/restores", RestoresView.as_view(), name="restores"),
    path("api/v1/restores/<uuid:restore_id>", RestoreView.as_view(), name="restore"),
]
