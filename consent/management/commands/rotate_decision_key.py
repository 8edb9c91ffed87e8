"""`rotate_decision_key`: a new key signs decisions and snapshots from now on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.core import clock
from compliance.core.actor import SERVICE
from consent.actions.tokens import rotate


class Command(BaseCommand):
    """Recorded in the ledger. Running workers sign with the new key at once; the old public keys stay published."""

    help = "Make a new key for decision tokens and snapshot signatures. The old public keys stay published."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kid = rotate(actor=SERVICE, at=clock.now())
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"The key {kid} signs from now on.")
