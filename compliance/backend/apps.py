from django.apps import AppConfig


class BackendConfig(AppConfig):
    name = "compliance.backend"
    default_auto_field = "django.db.models.BigAutoField"
