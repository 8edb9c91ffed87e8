from django.apps import AppConfig


class ErasureConfig(AppConfig):
    name = "compliance.erasure"
    default_auto_field = "django.db.models.BigAutoField"
