"""Bring a local database up to date: tables, demo data. One process, for Django takes seconds to load.

Runs with the owner's role. Usage: ``python -m deploy.local.data BACKEND_ADDRESS FILE_FOR_LOGINS``.
"""

import hashlib
import os
import sys
from pathlib import Path

CODE = ("compliance", "consent", "dsar", "templates", "examples", "requirements.txt")


def fingerprint(root: Path, *also: str) -> str:
    """What tells one state of code, database and addresses from another; while it stays, there is nothing to do."""
    files = [path for name in CODE for path in (root / name, *sorted((root / name).rglob("*")))]
    facts = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files if path.is_file() and path.suffix != ".pyc"]
    return hashlib.sha256("\n".join([*facts, *also]).encode()).hexdigest()


def main(backend: str, logins: str) -> None:
    """Every step keeps what is there already."""
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_demo", "--backend", backend, "--out", logins)


if __name__ == "__main__":
    main(*sys.argv[1:])
