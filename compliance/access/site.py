"""The admin site: Django's own, with our name and theme."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class EffaceAdminSite(AdminSite):
    site_header = "Efface"
    site_title = "Efface"
    index_title = "Today"


class AdminConfig(DjangoAdminConfig):
    default_site = "compliance.access.site.EffaceAdminSite"
