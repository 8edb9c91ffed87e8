"""Where Django finds our admin site. Apart from the site itself: this is imported before any model may be."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    default_site = "compliance.access.admin_site.EffaceAdminSite"
