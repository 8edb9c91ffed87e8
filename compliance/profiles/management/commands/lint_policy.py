"""`manage.py lint_policy FILE`: what a privacy text about faces says that cannot be relied on, as JSON lines. Needs no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.profiles.rules.policy import Finding, lint

MAX_BYTES = 20_000_000
UNREADABLE = 2


class Command(BaseCommand):
    help = "Print every finding of a policy text (plain, Markdown or HTML; - for standard input) as a JSON line; exit 1 when there is one."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--whole", action="store_const", const=True, help="a whole policy, however short: silence is a finding")
        kind.add_argument("--excerpt", action="store_const", const=False, dest="whole", help="a part of a policy: silence is none")

    def handle(self, *args: Any, **options: Any) -> None:
        found = lint(_text(options["file"]), whole=options["whole"])
        for finding in found:
            self.stdout.write(json.dumps(_line(finding), ensure_ascii=False))
        if found:
            raise SystemExit(1)


def _text(name: str) -> str:
    """The text as it is, line ends included: the spans count its characters."""
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else Path(name).read_bytes()
        if len(data) > MAX_BYTES:
            raise CommandError(f"{name} is larger than a policy can be (20 MB).", returncode=UNREADABLE)
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read as UTF-8 text ({type(error).__name__}).", returncode=UNREADABLE) from None


def _line(finding: Finding) -> dict[str, Any]:
    """What a JSON line holds. `span` repeats `start` and `end` for readers that want one value."""
    return {
        "finding": finding.finding,
        "start": finding.start,
        "end": finding.end,
        "span": [finding.start, finding.end],
        "line": finding.line,
        "text": finding.text,
        "severity": finding.severity,
        "says": finding.says,
        "remedy": finding.remedy,
        "cite": finding.cite,
        "capability": finding.capability,
    }
