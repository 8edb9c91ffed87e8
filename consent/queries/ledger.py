"""The training ledger for officers: opt-ins, withdrawals, and the models that saw people who withdrew. A page at a time."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from compliance.subjects.models import Subject
from consent.models import REUSES, Member, ModelVersion, Release, Remediation, Training
from consent.queries.told import Outcome
from consent.queries.training import destroyed_at, outcome

PAGE = 50
# Where a page ended: the moment and the release of its last row. Many releases can share one moment.
Place = tuple[datetime, UUID]


@dataclass(frozen=True)
class SeenBy:
    """A model that saw something under an opt-in, and what became of it. None while the opt-in stands."""

    model: ModelVersion
    became: Outcome | None


@dataclass(frozen=True)
class Row:
    """One opt-in."""

    release: Release
    over: bool
    models: tuple[SeenBy, ...]


def optins(after: Place | None, at: datetime) -> list[Row]:
    """Opt-ins, the newest signature first; those that follow `after`."""
    return _rows(_following("signed_at", after), at)


def withdrawals(after: Place | None, at: datetime) -> list[Row]:
    """Opt-ins that ended, the newest end first; those that follow `after`."""
    return _rows(_following("ended_at", after).filter(ended_at__isnull=False), at)


def _following(moment: str, after: Place | None) -> QuerySet[Release]:
    """Releases for a reuse by a moment of theirs, the newest first; of one moment, by their number."""
    rows = Release.objects.filter(purpose__in=REUSES).exclude(state=Release.State.REFUSED).order_by(f"-{moment}", "-pk")
    if after is None:
        return rows
    # The first condition says no more than the second: it is the one that an index can follow.
    return rows.filter(**{f"{moment}__lte": after[0]}).filter(Q(**{f"{moment}__lt": after[0]}) | Q(pk__lt=after[1]))


def _rows(found: QuerySet[Release], at: datetime) -> list[Row]:
    releases = list(found.defer("evidence_sealed")[:PAGE])
    ids = [release.pk for release in releases]
    again = {
        (r.subject_id, r.purpose)
        for r in Release.objects.filter(subject_id__in={r.subject_id for r in releases}, purpose__in=REUSES, state=Release.State.ACTIVE)
        if r.expires_at > at
    }
    models = _models(ids)
    rows = Remediation.objects.filter(release_id__in=ids).order_by("at", "pk")
    recorded = {(row.model_id, row.release_id): row for row in rows}
    return [_row(release, again, models[release.pk], recorded, at) for release in releases]


def _models(releases: list[UUID]) -> dict[UUID, list[ModelVersion]]:
    """The models that saw something under each release."""
    saw = Member.objects.filter(release_id__in=releases).values_list("release_id", "snapshot_id").distinct()
    by_snapshot: dict[UUID, set[UUID]] = defaultdict(set)
    for release, snapshot in saw:
        by_snapshot[snapshot].add(release)
    found: dict[UUID, dict[UUID, ModelVersion]] = defaultdict(dict)
    for training in Training.objects.filter(snapshot_id__in=by_snapshot).select_related("model__artifact").order_by("model__trained_at"):
        for release in by_snapshot[training.snapshot_id]:
            found[release][training.model_id] = training.model
    return defaultdict(list, {release: list(models.values()) for release, models in found.items()})


def _row(
    release: Release,
    again: set[tuple[UUID, str]],
    models: list[ModelVersion],
    recorded: dict[tuple[UUID, UUID], Remediation],
    at: datetime,
) -> Row:
    stands = release.state == Release.State.ACTIVE and release.expires_at > at
    replaced = release.state == Release.State.SUPERSEDED and (release.subject_id, release.purpose) in again
    over = not (stands or replaced)
    seen = [SeenBy(model, _became(model, release, recorded) if over else None) for model in models]
    return Row(release, over, tuple(seen))


def _became(model: ModelVersion, release: Release, recorded: dict[tuple[UUID, UUID], Remediation]) -> Outcome:
    return outcome(model, release.pk, recorded.get((model.pk, release.pk)), destroyed_at(model) is not None)


def person_behind(number: UUID) -> UUID | None:
    """The person whom a number of a person, or of one of their releases, leads to."""
    release = Release.objects.values_list("subject_id", flat=True).filter(pk=number).first()
    return release or Subject.objects.values_list("pk", flat=True).filter(pk=number).first()
