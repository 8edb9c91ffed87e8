from django.apps import AppConfig


class DsarConfig(AppConfig):
    name = "dsar"
    verbose_name = "Requests of people"
    default_auto_field = "django.db.models.BigAutoField"
