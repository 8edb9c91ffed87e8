"""`manage.py make_roles`: the groups of officers with the rights each needs. Run it again after an update; it is idempotent."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.access.roles import ROLES, ensure_roles


class Command(BaseCommand):
    help = "Create or mend the roles: " + ", ".join(ROLES)

    def handle(self, *args: Any, **options: Any) -> None:
        missing = ensure_roles()
        if missing:
            raise CommandError(f"These rights do not exist: {', '.join(missing)}. Run `manage.py migrate` first.")
        self.stdout.write(f"Roles ready: {', '.join(ROLES)}")
