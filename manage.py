#!/usr/bin/env python3
"""Django's command line. In a clone without settings it uses the machine-local ones that `make setup` prepared in var/."""

import os
import sys
from pathlib import Path

OWNER_COMMANDS = {"migrate", "dbshell", "sqlmigrate", "showmigrations", "makemigrations"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["EFFACE_AS_OWNER"] = "true"
    if "DATABASE_URL" not in os.environ:
        from deploy.local import environment

        os.environ.update(environment.load(Path(__file__).resolve().parent, sys.argv))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
