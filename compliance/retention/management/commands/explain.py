"""`explain SYSTEM ID`: everything that decides over one artifact, in words: why its due date, what holds it, what became of it."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.artifacts.models import Artifact, Violation
from compliance.audit.models import Entry
from compliance.core.clock import to_text
from compliance.erasure.models import Outcome
from compliance.erasure.queries.holds import holds_over
from consent.models import Release


class Command(BaseCommand):
    """Looks only; prints no reference and no name."""

    help = "Print the whole trace of one artifact."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("system", help="The connected system, such as demo-scan")
        parser.add_argument("id", help="The id that the system uses for the artifact")

    def handle(self, *args: Any, **options: Any) -> None:
        artifact = Artifact.objects.filter(system=options["system"], external_id=options["id"]).select_related("derived_from").first()
        if artifact is None:
            raise CommandError("No such artifact is registered in this system. Look at its violations in the admin.")
        for title, lines in chapters(artifact):
            self.stdout.write(self.style.MIGRATE_HEADING(title))
            for line in lines or ["nothing"]:
                self.stdout.write(f"  {line}")


def chapters(artifact: Artifact) -> Iterator[tuple[str, list[str]]]:
    """Title and lines of each part of the trace."""
    gone = f"read back as absent {to_text(artifact.gone_at)}" if artifact.gone_at else "there, as far as we know"
    yield (
        "What it is",
        [
            f"{artifact.category} in {artifact.system}/{artifact.store}, {'biometric' if artifact.biometric else 'not biometric'}",
            f"made {to_text(artifact.created_at)}, registered {to_text(artifact.registered_at)} for {artifact.purpose}; {gone}",
        ],
    )
    yield "What it was made from", [f"{parent.category} {parent.external_id}" for parent in lineage(artifact)]
    yield f"Due {to_text(artifact.due_at)}, because", list(artifact.due_why)
    releases = Release.objects.filter(subject_id=artifact.subject_id, purpose=artifact.purpose).order_by("signed_at")
    yield f"Releases for {artifact.purpose}", [f"{r.state}, signed {to_text(r.signed_at)}, to {to_text(r.expires_at)}" for r in releases]
    yield "Holds in force", [f"{hold} ({hold.state}), looked at again on {hold.review_on}" for hold in holds_over([artifact.pk])]
    outcomes = Outcome.objects.filter(artifact=artifact).select_related("order").order_by("order__ordered_at")
    yield "Orders", [line for outcome in outcomes for line in of_order(outcome)]
    found = Violation.objects.filter(system=artifact.system, external_id=artifact.external_id).order_by("found_at")
    yield "Violations", [f"{v.get_kind_display()}, {to_text(v.found_at)}, {v.resolution or 'open'}" for v in found]
    entries = Entry.objects.filter(object_id=str(artifact.pk)).order_by("id")
    yield "In the ledger", [f"{to_text(entry.at)} {entry.kind} by {entry.actor_name}" for entry in entries]


def lineage(artifact: Artifact) -> list[Artifact]:
    """The parents, the nearest first."""
    found: list[Artifact] = []
    while (parent := (found[-1] if found else artifact).derived_from) and parent not in found:
        found.append(parent)
    return found


def of_order(outcome: Outcome) -> Iterator[str]:
    order = outcome.order
    yield f"{order.get_reason_display()}: {order.rule}, decided by {order.decided_by}, {to_text(order.ordered_at)}"
    times = [
        ("told", outcome.called_at),
        ("acknowledged", outcome.acknowledged_at),
        ("absent", outcome.absent_at),
        ("purged", outcome.purged_at),
    ]
    steps = ", ".join(f"{word} {to_text(at)}" for word, at in times if at)
    yield f"  now {outcome.get_rung_display()}{f' ({outcome.detail})' if outcome.detail else ''}; {steps or 'not told yet'}"
