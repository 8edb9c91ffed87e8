"""`manage.py profile load [FILE …]`: store profiles from YAML; without files, the starters that ship with the product."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import Invalid
from compliance.profiles.actions import activate, read_yaml, store

STARTERS = Path(__file__).resolve().parents[2] / "starters"


class Command(BaseCommand):
    help = "Store data-handling profiles, and activate one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["load"])
        parser.add_argument("files", nargs="*", type=Path, help="YAML files in the format face-profile/1; none: the six starters")
        parser.add_argument("--activate", action="store_true", help="make the one file given the promise that is enforced")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        files = options["files"] or sorted(STARTERS.glob("*.yaml"))
        if options["activate"] and len(files) != 1:
            raise CommandError("Give one file to activate.")
        for path in files:
            try:
                profile = store(document=read_yaml(path), actor=SERVICE, at=clock.now())
                if options["activate"]:
                    activate(profile=profile, actor=SERVICE, at=clock.now(), reason="manage.py profile load --activate")
            except Invalid as error:
                lines = [f"{path.name}: {error.detail}", *(f"  {e.pointer}: {e.detail}" for e in error.errors)]
                raise CommandError("\n".join(lines)) from None
            self.stdout.write(f"{profile} is stored.")
