from django.apps import AppConfig


class ArtifactsConfig(AppConfig):
    name = "compliance.artifacts"
    default_auto_field = "django.db.models.BigAutoField"
