"""`manage.py lint_profile FILE`: what stands between a profile and its activation, and remarks, as JSON lines. Needs no database."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.core.errors import Invalid
from compliance.profiles.actions import read_yaml
from compliance.profiles.rules import refusals, remarks


class Command(BaseCommand):
    help = "Print every refusal of a profile and every remark on it as a JSON line; exit 1 when there is a refusal."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = read_yaml(options["file"])
            found = refusals(document, settings.SERVED_JURISDICTIONS)
        except Invalid as error:
            raise CommandError(error.detail) from None
        for refusal in found:
            self.stdout.write(json.dumps(asdict(refusal), ensure_ascii=False))
        for remark in [] if found else remarks(document):
            self.stdout.write(json.dumps({"remark": True, **asdict(remark)}, ensure_ascii=False))
        if found:
            raise SystemExit(1)
