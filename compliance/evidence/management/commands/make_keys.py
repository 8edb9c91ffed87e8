"""`make_keys`: write the keys that are missing. Never overwrites one; needs no database."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.audit import notes
from compliance.core.sealing import KeyRing
from compliance.evidence import keys, token_keys


class Command(BaseCommand):
    """The key ring (EFFACE_KEY_FILE), and in EFFACE_SIGNING_DIR the keys of the ledger, of documents and of decisions."""

    help = "Write the keys that are missing: key ring, ledger, documents, decisions. Existing keys are kept."
    # A fresh machine has no database yet, and checks may ask for one.
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        private_folder(settings.KEY_FILE.parent)
        private_folder(settings.SIGNING_DIR)
        if settings.KEY_FILE.exists():
            self.stdout.write("The key ring was there already: kept.")
        else:
            KeyRing.create(settings.KEY_FILE)
            self.stdout.write("The key ring was written. Keep a copy apart from every copy of the database.")
        origin = urlsplit(settings.BASE_URL).hostname or "localhost"
        try:
            for path in notes.create(settings.SIGNING_DIR, origin):
                self.stdout.write(f"{path.name} was written.")
            keys.create(settings.SIGNING_DIR)
            token_keys.create(settings.SIGNING_DIR)
        except (notes.NoteInvalid, ValueError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write("All keys are in place.")


def private_folder(path: Path) -> None:
    """Make a folder that only its owner may enter; one that exists keeps its rights."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
