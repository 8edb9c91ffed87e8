"""Bring a local database up to date: tables, static files, demo data. One process, for Django takes seconds to load.

Runs with the owner's role. Usage: ``python -m deploy.local.data BACKEND_ADDRESS FILE_FOR_LOGINS``.
"""

import os
import sys

import django
from django.core.management import call_command


def main(backend: str, logins: str) -> None:
    """Every step keeps what is there already."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", "--backend", backend, "--out", logins)


if __name__ == "__main__":
    main(*sys.argv[1:])
