"""Every address of the service. Composition only: no app imports it."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from compliance.delivery.health import healthz, readyz

handler400 = "compliance.access.pages.bad_request"
handler404 = "compliance.access.pages.not_found"
handler500 = "compliance.access.pages.server_error"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="dsar:ask"), name="home"),
    path("healthz", healthz),
    path("readyz", readyz),
    path("", include("compliance.access.urls")),
    path("", include("compliance.evidence.urls")),
    path("", include("compliance.retention.urls")),
    path("", include("consent.urls")),
    path("", include("dsar.urls")),
    path("admin/", admin.site.urls),
]
