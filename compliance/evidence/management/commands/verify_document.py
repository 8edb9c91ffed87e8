"""`verify_document FILE.pdf [--twin FILE.json]`: is this document ours, whole and unchanged?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.evidence.verify import verify


class Command(BaseCommand):
    """Prints one line per check and VALID or NOT VALID; exit status 0 or 1. Needs the public keys, no database."""

    help = "Check a sealed document: signature, data inside, place in the ledger."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pdf", type=Path)
        parser.add_argument("--twin", type=Path, help="the JSON file that came with it")

    def handle(self, *args: Any, pdf: Path, twin: Path | None = None, **options: Any) -> None:
        try:
            report = verify(pdf.read_bytes(), twin.read_bytes() if twin else None)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        for sentence in report.held:
            self.stdout.write(f"ok  {sentence}")
        if not report.valid:
            self.stdout.write(f"NOT VALID: {report.wrong}")
            raise SystemExit(1)
        self.stdout.write("VALID")
