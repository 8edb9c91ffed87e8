"""The description of the API, for machines and for people."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from compliance.access.api.docs import DocsView

app_name = "access"
urlpatterns = [
    path("api/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("api/docs", DocsView.as_view(), name="docs"),
]
