"""`manage.py law_destruction FILE.csv`: by when each case of a table must be destroyed. Needs no database."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from compliance.law.destruction_csv import answer
from compliance.law.errors import LawInputError


class Command(BaseCommand):
    """Prints id,controlling_trigger,destroy_by,next_action; bad rows go to standard error and the exit code is 1."""

    help = "Work out destruction dates for the rows (id, law, category, events) of a CSV file."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")

    def handle(self, *args: object, **options: Path) -> None:
        file = options["file"]
        try:
            answered = answer(file.read_text(encoding="utf8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as UTF-8 text: {error}") from error
        except LawInputError as error:
            raise CommandError(f"{file}: {error.detail}") from error
        self.stdout.write(answered.csv_text, ending="")
        for problem in answered.problems:
            self.stderr.write(f"{file}: {problem}")
        if answered.problems:
            raise CommandError(f"{len(answered.problems)} row(s) could not be worked out; see above.")
