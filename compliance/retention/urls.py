"""Addresses of retention."""

from django.urls import path

from compliance.retention.api import ArtifactsView

app_name = "retention"
urlpatterns = [path("api/v1/artifacts", ArtifactsView.as_view(), name="artifacts")]
