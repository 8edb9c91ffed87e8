from django.apps import AppConfig
from django.core import checks


class EvidenceConfig(AppConfig):
    name = "compliance.evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compliance.evidence.checks import renderer_works

        checks.register(renderer_works)
