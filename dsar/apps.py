from django.apps import AppConfig


class DsarConfig(AppConfig):
    name = "dsar"
    default_auto_field = "django.db.models.BigAutoField"
