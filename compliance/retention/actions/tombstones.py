"""Hold the tombstones outside the database against it: what a restored copy brought back ends again, before anybody is served."""

from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from compliance.artifacts.models import Artifact
from compliance.audit.actions import record
from compliance.audit.tombstones import Ended, Tombstone, files, lines_from
from compliance.core.actor import SERVICE
from compliance.core.errors import Conflict
from compliance.erasure.actions import order
from compliance.erasure.models import Order
from compliance.retention.models import Mark
from compliance.subjects.actions import lock
from compliance.subjects.models import Subject
from consent.actions.change import change
from consent.actions.end import destroy_unneeded, end
from consent.models import Change, Release

RULE = "Our own database was restored: it had ended before"
# Lines held against the database in one transaction.
BATCH = 500
LOCK = "SELECT pg_advisory_xact_lock(hashtext('retention.tombstones'))"


def replay_tombstones(*, at: datetime) -> int:
    """Read every line since the mark; returns how many things had come back and were ended again. Several at once take turns.

    Raises `Conflict` for a line that cannot be read, and for a journal that is not the one this database knows (a folder that is
    not mounted, a file that was cut): whoever starts the service must look, and nobody is served before.
    """
    found = files()
    _same_journal(found)
    return sum(_replay_file(path, at) for path in found)


def _same_journal(found: list[Path]) -> None:
    sizes = {path.name: path.stat().st_size for path in found}
    if cut := sorted(mark.file for mark in Mark.objects.all() if sizes.get(mark.file, -1) < mark.offset):
        raise Conflict(f"The journal of tombstones is not whole: {', '.join(cut)}. Put EFFACE_JOURNAL_DIR back first.")


def _replay_file(path: Path, at: datetime) -> int:
    ended = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(LOCK)
            mark, _new = Mark.objects.get_or_create(pk=path.name)
            batch = [line for line, _ in zip(lines_from(path, mark.offset), range(BATCH), strict=False)]
            if not batch:
                return ended
            for tombstone, _offset in batch:
                if tombstone is None:
                    raise Conflict(f"A line of {path.name} in the journal of tombstones cannot be read. Repair it first.")
                ended += end_again(tombstone, at)
            mark.offset = batch[-1][1]
            mark.save()


def end_again(tombstone: Tombstone, at: datetime) -> bool:
    """Whether this had come back; then it has ended again."""
    match tombstone.what:
        case Ended.RELEASE:
            back = _end_release(tombstone, at)
        case Ended.ARTIFACT:
            back = _end_artifact(tombstone, at)
        case Ended.PERSON:
            back = _end_person(tombstone, at)
    if back:
        record(
            kind=f"retention:tombstone:{tombstone.what}",
            object_id=str(tombstone.id),
            actor=SERVICE,
            at=at,
            payload={"ended_before": tombstone.at.isoformat()},
        )
    return back


def _end_release(tombstone: Tombstone, at: datetime) -> bool:
    release = Release.objects.filter(pk=tombstone.id, state=Release.State.ACTIVE).first()
    if release is None:
        return False
    lock(release.subject_id)
    end(release=release, state=Release.State.WITHDRAWN, actor=SERVICE, at=at, how=RULE)
    destroy_unneeded(release, reason=Order.Reason.RESTORE, rule=RULE, actor=SERVICE, at=at)
    return True


def _end_artifact(tombstone: Tombstone, at: datetime) -> bool:
    artifact = Artifact.objects.filter(pk=tombstone.id, gone_at__isnull=True).first()
    if artifact is None or artifact.outcomes.filter(order__state=Order.State.OPEN).exists():
        return False
    return _order(artifact.subject, [artifact], at)


def _end_person(tombstone: Tombstone, at: datetime) -> bool:
    subject = Subject.objects.filter(pk=tombstone.id).first()
    # An order for everything that was made before the backup is in the copy too, open or complete.
    if subject is None or Order.objects.filter(subject=subject, everything=True, ordered_at__gte=tombstone.at).exists():
        return False
    if not _order(subject, None, at):
        return False
    change(event=Change.Event.ERASURE, at=at, subject_id=subject.pk)
    return True


def _order(subject: Subject, artifacts: list[Artifact] | None, at: datetime) -> bool:
    made = order(
        subject_id=subject.pk,
        reason=Order.Reason.RESTORE,
        rule=RULE,
        origin="retention:tombstones",
        decided_by=SERVICE.name,
        actor=SERVICE,
        at=at,
        artifacts=artifacts,
    )
    return made is not None
