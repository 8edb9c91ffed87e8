from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "compliance.profiles"
    default_auto_field = "django.db.models.BigAutoField"
