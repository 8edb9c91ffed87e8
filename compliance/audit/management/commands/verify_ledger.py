"""`verify_ledger`: walk the whole ledger; exit 0 when it holds, 1 with the first thing that is wrong."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.audit import notes
from compliance.audit.verify import Walk
from compliance.core import clock


class Command(BaseCommand):
    """Checks entries, tree, checkpoints, signatures and the copies in the journal. Payloads sealed for a person stay sealed:
    their commitments are bound by the tree, but only a caller of `audit.verify.Walk` with that person's key can recompute them.
    """

    help = "Verify every entry, node and checkpoint of the ledger. Prints the first that is wrong and exits 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--key", type=Path, help="The public key of the ledger; better a copy from outside. Default: ledger.pub")
        parser.add_argument("--journal", type=Path, help="The journal with the copies of the checkpoints. Default: EFFACE_JOURNAL_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            verifier = notes.load_verifier(options["key"] or settings.SIGNING_DIR / notes.PUBLIC_FILE)
        except notes.NoteInvalid as error:
            raise CommandError(str(error)) from None
        walk = Walk(at=clock.now(), verifier=verifier, journal=options["journal"] or settings.JOURNAL_DIR)
        wrong = next(walk.findings(), None)
        if wrong:
            raise CommandError(f"WRONG {wrong}")
        self.stdout.write(f"OK {walk.entries} entries")
        if walk.unopened:
            self.stdout.write(f"{walk.unopened} of them hold a payload that is sealed for a person; it was not opened.")
