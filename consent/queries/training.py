"""Who was trained on whom: which models saw a person, under which opt-in, and what became of an opt-in that ended."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from compliance.artifacts.models import Artifact
from compliance.core.taxonomy import Category
from compliance.subjects import queries
from compliance.subjects.models import Subject
from consent.models import REUSES, Dataset, Member, ModelVersion, Release, Remediation, Training
from consent.queries.told import InModel, Kept, OptIn, Outcome, TrainingAnswer, Use
from consent.rules.training import computed, in_words

# Whatever of these is there was made to train, or by training.
TO_TRAIN = (Category.PERSONAL_MODEL, Category.TRAINING_COPY)
OVER = (Release.State.WITHDRAWN, Release.State.EXPIRED, Release.State.STALE)


def everyone(subject_id: UUID) -> list[UUID]:
    """A person's records: the one asked for, the account it was merged into, and every guest merged into that."""
    root = Subject.objects.values_list("merged_into_id", flat=True).filter(pk=subject_id).first() or subject_id
    return queries.everyone(root)


def models_with(subject_id: UUID) -> list[ModelVersion]:
    """Every model that saw this person in one of its snapshots, and every model that was made of this person alone."""
    people = everyone(subject_id)
    saw = Training.objects.filter(snapshot__in=Member.objects.filter(subject_id__in=people).values("snapshot_id"))
    models = ModelVersion.objects.select_related("artifact")
    return list(models.filter(Q(pk__in=saw.values("model_id")) | Q(artifact__subject_id__in=people)).order_by("trained_at", "pk"))


def destroyed_at(model: ModelVersion) -> datetime | None:
    """When a model ended: as its system said, or as the negative read of a personal model's artifact found."""
    return model.destroyed_at or (model.artifact.gone_at if model.artifact else None)


def replacements(model: ModelVersion, subject_id: UUID) -> list[ModelVersion]:
    """The models in place of this one, at any remove, that saw nothing of the person."""
    found: list[ModelVersion] = []
    layer = [model]
    while layer:
        layer = list(ModelVersion.objects.filter(replaces__in=layer).exclude(pk__in=[m.pk for m in found]).order_by("trained_at", "pk"))
        found += layer
    with_them = {m.pk for m in models_with(subject_id)}
    return [m for m in found if m.pk not in with_them]


def ended_releases(at: datetime) -> QuerySet[Release]:
    """Releases whose permission is over. One that a new signature replaced is not, while the new one stands."""
    again = Release.objects.filter(subject=OuterRef("subject"), purpose=OuterRef("purpose"), state=Release.State.ACTIVE, expires_at__gt=at)
    return Release.objects.filter(
        Q(state__in=OVER) | Q(state=Release.State.ACTIVE, expires_at__lte=at) | Q(state=Release.State.SUPERSEDED) & ~Exists(again)
    )


def seen_by(model: ModelVersion) -> QuerySet[Member]:
    """What a model saw, by all of its snapshots."""
    return Member.objects.filter(snapshot__in=Training.objects.filter(model=model).values("snapshot_id"))


def ended_in(model: ModelVersion, at: datetime) -> QuerySet[Any]:
    """The ended opt-ins that a model saw, each with `became`: the newest recorded state, or the one that follows by itself."""
    newest = Remediation.objects.filter(model=model, release=OuterRef("pk")).order_by("-at", "-pk").values("state")[:1]
    otherwise = computed(member=True, destroyed=destroyed_at(model) is not None)
    return (
        ended_releases(at)
        .filter(pk__in=seen_by(model).values("release_id"))
        .annotate(became=Coalesce(Subquery(newest), Value(otherwise.value), output_field=CharField()))
    )


def became(model: ModelVersion, at: datetime, most: int) -> list[tuple[Release, str]]:
    """The newest ended opt-ins that a model saw, each with what became of it."""
    rows = list(ended_in(model, at).defer("evidence_sealed").order_by("-ended_at", "pk")[:most])
    recorded = {r.release_id: r for r in Remediation.objects.filter(model=model, release__in=rows).order_by("at", "pk")}
    destroyed = destroyed_at(model) is not None
    return [(row, outcome(model, row.pk, recorded.get(row.pk), destroyed).words) for row in rows]


def counts(model: ModelVersion, at: datetime) -> tuple[int, int, dict[str, int]]:
    """How many people a model saw, how many of them ended their opt-in since, and how many stand in each state."""
    # By the release: it moved to the account when a guest was merged; members never move.
    people = seen_by(model).aggregate(n=Count("release__subject_id", distinct=True))["n"]
    ended = ended_in(model, at)
    states = ended.values("became").annotate(n=Count("pk")).order_by("became")
    withdrew = ended.aggregate(n=Count("subject_id", distinct=True))["n"]
    return people, withdrew, {row["became"]: row["n"] for row in states}


def training_of(subject_id: UUID, at: datetime) -> TrainingAnswer:
    """All of it for one person: "only to deliver, or also to train?", with dates (D12)."""
    people = everyone(subject_id)
    models = models_with(subject_id)
    ended = set(ended_releases(at).filter(subject_id__in=people).values_list("pk", flat=True))
    told = list(_in_models(models, people, ended))
    used: dict[UUID, list[str]] = defaultdict(list)
    for model, row in zip(models, told, strict=True):
        for release in row.releases:
            used[release].append(f"{model.name} {model.version}")
    return TrainingAnswer(subject_id, tuple(_optins(people, used, ended)), tuple(_uses(people)), tuple(told), tuple(_kept(people)))


def report_section(subject_id: UUID, at: datetime) -> dict[str, object]:
    """The part of an access report about training: JSON, in plain words."""
    return training_of(subject_id, at).as_json()


def _optins(people: list[UUID], used: dict[UUID, list[str]], ended: set[UUID]) -> Iterable[OptIn]:
    rows = Release.objects.filter(subject_id__in=people, purpose__in=REUSES).exclude(state=Release.State.REFUSED)
    for row in rows.order_by("signed_at"):
        over = row.pk in ended
        yield OptIn(row.pk, row.purpose, row.state, row.signed_at, row.ended_at or (row.expires_at if over else None), tuple(used[row.pk]))


def _uses(people: list[UUID]) -> Iterable[Use]:
    """By snapshot: in which dataset, when, under which release, and how many artifacts."""
    mine = Member.objects.filter(subject_id__in=people).values("snapshot_id", "snapshot__at", "snapshot__dataset_id", "release_id")
    rows = list(mine.annotate(n=Count("pk")).order_by("snapshot__at", "snapshot_id"))
    names = Dataset.objects.in_bulk({row["snapshot__dataset_id"] for row in rows})
    for row in rows:
        dataset = names[row["snapshot__dataset_id"]]
        yield Use(dataset.name, dataset.purpose, dataset.system, row["snapshot_id"], row["snapshot__at"], row["release_id"], row["n"])


def _kept(people: list[UUID]) -> Iterable[Kept]:
    """Models and copies that are there, registered as things only: a system that trains without telling hides nothing here."""
    rows = Artifact.objects.filter(subject_id__in=people, category__in=TO_TRAIN, gone_at__isnull=True)
    named = Exists(Member.objects.filter(artifact=OuterRef("pk"))) | Exists(ModelVersion.objects.filter(artifact=OuterRef("pk")))
    for row in rows.exclude(named).order_by("created_at", "pk"):
        yield Kept(row.pk, row.category, row.system, row.store, row.due_at)


def _in_models(models: list[ModelVersion], people: list[UUID], ended: set[UUID]) -> Iterable[InModel]:
    """Each model with the snapshots and opt-ins through which it saw the person."""
    held: dict[UUID, set[UUID]] = defaultdict(set)
    for snapshot, release in Member.objects.filter(subject_id__in=people).values_list("snapshot_id", "release_id").distinct():
        held[snapshot].add(release)
    saw: dict[UUID, set[UUID]] = defaultdict(set)
    for model_id, snapshot in Training.objects.filter(model__in=models, snapshot_id__in=held).values_list("model_id", "snapshot_id"):
        saw[model_id].add(snapshot)
    rows = Remediation.objects.filter(model__in=models, subject_id__in=people).order_by("at", "pk")
    recorded = {(row.model_id, row.release_id): row for row in rows}
    for model in models:
        snapshots, end = sorted(saw[model.pk]), destroyed_at(model)
        releases = sorted(set().union(*(held[snapshot] for snapshot in snapshots)))
        yield InModel(
            model=model.pk,
            name=f"{model.name} {model.version}",
            kind=model.kind,
            system=model.system,
            trained_at=model.trained_at,
            destroyed_at=end,
            snapshots=tuple(snapshots),
            releases=tuple(releases),
            outcomes=tuple(outcome(model, r, recorded.get((model.pk, r)), end is not None) for r in releases if r in ended),
        )


def outcome(model: ModelVersion, release: UUID, row: Remediation | None, destroyed: bool) -> Outcome:
    """What became of one ended opt-in in one model: the newest record, or what follows by itself."""
    if row is None:
        state = computed(member=True, destroyed=destroyed)
        return Outcome(release, state.value, in_words(state), None, False)
    replacement = next((f"{m.version}" for m in replacements(model, row.subject_id)), "")
    words = in_words(row.state, method=row.method, metric=row.metric, attested_by=row.attested_by, replacement=replacement)
    return Outcome(release, row.state, words, row.at, True)
