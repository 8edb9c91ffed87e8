"""Read a snapshot again, as it was answered: a page at a time, whatever its size."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Min

from compliance.core.canonical import canonical
from consent.models import Member, Snapshot
from consent.rules.training import head_of, line_of

PAGE = 5_000


def snapshot_of(snapshot_id: UUID, system: str) -> Snapshot | None:
    """A snapshot of this system; another system's does not exist."""
    return Snapshot.objects.select_related("dataset").filter(pk=snapshot_id, dataset__system=system).first()


def lines(snapshot: Snapshot) -> Iterator[bytes]:
    """The answer as `application/x-ndjson`: the signed head, then a line for each member, in the order that was hashed."""
    yield canonical({**head_of(snapshot), "signature": snapshot.signature}) + b"\n"
    for page in _pages(snapshot.pk):
        yield b"".join(line_of(name, release) for _, name, release in page)


def _pages(snapshot_id: UUID) -> Iterator[list[tuple[int, str, UUID]]]:
    """By the members' own numbers, which grow in the order of the manifest and lie side by side."""
    mine = Member.objects.filter(snapshot_id=snapshot_id)
    start = mine.aggregate(first=Min("pk"))["first"]
    while start is not None:
        rows = mine.filter(pk__gte=start).order_by("pk").values_list("pk", "artifact__external_id", "release_id")
        page = list(rows[:PAGE])
        yield page
        start = page[-1][0] + 1 if len(page) == PAGE else None
