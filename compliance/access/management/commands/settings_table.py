"""`manage.py settings_table`: the table of docs/settings.md, from the one list of settings."""

from typing import Any

from django.core.management.base import BaseCommand

from compliance.core.config import SETTINGS, Setting


def line(setting: Setting) -> str:
    default = "required" if setting.default is None else f"`{setting.default}`" if setting.default else "empty"
    return f"| `{setting.name}` | {default} | {setting.means} |"


def table() -> str:
    """The settings as a Markdown table."""
    return "\n".join(["| setting | default | what it means |", "|---|---|---|", *(line(setting) for setting in SETTINGS)])


class Command(BaseCommand):
    help = "Print the table of all settings, for docs/settings.md"
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(table())
