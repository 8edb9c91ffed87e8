"""What an action may be done to, and by whose leave: the searches of the consent check."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from compliance.artifacts.queries import live
from compliance.core.taxonomy import Category, OperationalPurpose, Purpose
from compliance.erasure.models import Order, Outcome
from compliance.profiles.queries import active
from compliance.profiles.rules import has_live_reason
from compliance.subjects.queries import by_reference, one_reference_each
from consent.models import Release
from consent.queries.check import standings_of_subjects
from consent.rules.decisions import Reason, decide

ARTIFACT = "artifact"


@dataclass(frozen=True)
class Page:
    """Some results in order, and the place to go on from; None at the end."""

    results: tuple[str, ...]
    then: str | None


def allowed_purposes(*, reference: str, recipient: str | None, piece: str) -> list[str]:
    """Every purpose that a check would allow for this person now, in order. An act that a run needs is not looked at."""
    subject = by_reference(reference)
    if subject is None:
        return []
    granted = Release.objects.filter(subject=subject, state=Release.State.ACTIVE).values_list("purpose", flat=True).distinct()
    purposes = sorted(granted)
    found = standings_of_subjects([(subject.pk, purpose) for purpose in purposes], piece)
    return [purpose for purpose, standing in zip(purposes, found, strict=True) if decide(standing, recipient=recipient) == Reason.ACTIVE]


def allowed_subjects(*, purpose: str, system: str, recipient: str | None, piece: str, after: UUID | None, limit: int) -> Page:
    """One reference each of the people whose release came through this system and allows the purpose now.

    Walks `limit` releases from `after` on, so a page may hold fewer.
    """
    kept = Release.objects.filter(state=Release.State.ACTIVE, purpose=purpose, system=system)
    kept = kept.filter(piece=piece) if purpose == Purpose.MARKETING else kept
    rows = list((kept.filter(pk__gt=after) if after else kept).order_by("pk").values_list("pk", "subject_id")[: limit + 1])
    looked_at = rows[:limit]
    subjects = list(dict.fromkeys(subject for _, subject in looked_at))
    found = standings_of_subjects([(subject, purpose) for subject in subjects], piece)
    allowed = [who for who, standing in zip(subjects, found, strict=True) if decide(standing, recipient=recipient) == Reason.ACTIVE]
    names = one_reference_each(allowed)
    return Page(tuple(names[subject] for subject in allowed if subject in names), str(looked_at[-1][0]) if len(rows) > limit else None)


def usable_artifacts(*, reference: str, purpose: str, kind: str, system: str, recipient: str | None, piece: str) -> list[str]:
    """The ids of a person's artifacts in this system that may be used for the purpose now: there, not being destroyed, and of a
    category that the active profile keeps for it. `kind`: `artifact` for all, or one category."""
    subject, profile = by_reference(reference), active()
    if subject is None or profile is None or kind not in {ARTIFACT, *Category}:
        return []
    (standing,) = standings_of_subjects([(subject.pk, purpose)], piece)
    if decide(standing, recipient=recipient) != Reason.ACTIVE:
        return []
    going = Outcome.objects.filter(order__subject=subject, order__state=Order.State.OPEN).values_list("artifact_id", flat=True)
    rows = live(subject.pk).filter(system=system, due_at__gt=standing.now if standing else None).exclude(pk__in=set(going))
    granted: frozenset[str] = frozenset({purpose}) | frozenset(OperationalPurpose)
    return sorted(
        row.external_id
        for row in rows
        if kind in {ARTIFACT, row.category} and has_live_reason(profile.document, row.category, purpose, row.biometric, granted)
    )


def page_of(names: Sequence[str], *, after: str | None, limit: int) -> Page:
    """A page of a short sorted list, from the first name behind `after`."""
    rest = [name for name in names if after is None or name > after]
    return Page(tuple(rest[:limit]), rest[limit - 1] if len(rest) > limit else None)
