"""End what has run out, and what went stale because nothing was heard of the person for as long as a law allows."""

import calendar
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from compliance.core.actor import SERVICE
from compliance.core.durations import Duration
from compliance.erasure.models import Order
from compliance.subjects.models import Subject
from consent.actions.end import destroy_unneeded, end
from consent.models import Release
from consent.rules.terms import LAST_INTERACTION, applying, stale_at, terms

BATCH = 200
MARGIN = timedelta(days=4)
RUN_OUT = "The release ran out: 740 ILCS 14/15(a), the purpose has ended; GDPR Art. 5(1)(e)"
# Which of a person's releases ended why, looked at again under the lock.
Why = Callable[[Release, Subject], str | None]


def expire_ended(*, at: datetime) -> int:
    """End every release that has run out or gone stale by `at`, and order what nothing keeps any more; returns how many ended.

    Each person in a transaction of their own, whose row is locked first. Two sweeps at once share the work: what one of them
    holds, the other leaves. Cost grows with what has ended, not with what is in force.
    """
    ended = 0
    run_out = Release.objects.filter(state=Release.State.ACTIVE, expires_at__lte=at)
    for subject_id in _people(run_out, by="expires_at"):
        ended += _end_of(subject_id, Release.State.EXPIRED, lambda release, _: RUN_OUT if release.expires_at <= at else None, at)
    for subject_id in _people(_silent(at), by="signed_at"):
        ended += _end_of(subject_id, Release.State.STALE, lambda release, subject: _stale(release, subject, at), at)
    return ended


def _silent(at: datetime) -> QuerySet[Release]:
    """Releases that have gone stale, or will within days: signed, and the person last heard of, before a law's silence began."""
    rows = [term for term in terms() if term.counts_from == LAST_INTERACTION]
    if not rows:
        return Release.objects.none()
    begun = _before(min(term.length for term in rows), at)
    places = sorted(frozenset[str]().union(*(term.jurisdictions for term in rows)))
    where = Q(subject__jurisdictions__overlap=places)
    # Nobody served there: then it does not hold for people without a place on record either.
    if not settings.SERVED_JURISDICTIONS or set(places) & set(settings.SERVED_JURISDICTIONS):
        where |= Q(subject__jurisdictions=[])
    active = Release.objects.filter(state=Release.State.ACTIVE, signed_at__lte=begun)
    return active.filter(where, subject__last_interaction_at__lte=begun)


def _before(length: Duration, at: datetime) -> datetime:
    """No earlier than the last moment from which `length` has run out by `at`. Months clamp, so a few days are added."""
    years, month = divmod(at.year * 12 + at.month - 1 - length.months, 12)
    day = min(at.day, calendar.monthrange(years, month + 1)[1])
    return at.replace(year=years, month=month + 1, day=day) - timedelta(seconds=length.seconds) + MARGIN


def _people(releases: QuerySet[Release], *, by: str) -> Iterator[UUID]:
    """The subjects of these releases, in keyset batches: what could not be ended now is not met again in this sweep."""
    rest = releases
    while True:
        batch = list(rest.order_by(by, "id").values_list("subject_id", by, "id")[:BATCH])
        yield from dict.fromkeys(subject_id for subject_id, _, _ in batch)
        if len(batch) < BATCH:
            return
        _, moment, last = batch[-1]
        rest = releases.filter(Q(**{by: moment, "id__gt": last}) | Q(**{f"{by}__gt": moment}), **{f"{by}__gte": moment})


@transaction.atomic
def _end_of(subject_id: UUID, state: Release.State, why: Why, at: datetime) -> int:
    subject = Subject.objects.select_for_update(skip_locked=True).filter(pk=subject_id).first()
    if subject is None:
        return 0
    due = [
        (release, rule)
        for release in Release.objects.filter(subject=subject, state=Release.State.ACTIVE).order_by("expires_at", "id")
        if (rule := why(release, subject))
    ]
    for release, rule in due:
        end(release=release, state=state, actor=SERVICE, at=at, how=rule)
    if due:
        # Once, when all of them have ended: the last one speaks for them.
        release, rule = due[-1]
        destroy_unneeded(release, reason=Order.Reason.SCHEDULE, rule=rule, actor=SERVICE, at=at)
    return len(due)


def _stale(release: Release, subject: Subject, at: datetime) -> str | None:
    """The rule by which a release is stale now, or None."""
    served = settings.SERVED_JURISDICTIONS
    moment = stale_at(subject.jurisdictions, subject.last_interaction_at, release.purpose, served)
    if moment is None or moment > at:
        return None
    rows = applying(subject.jurisdictions, release.purpose, served, LAST_INTERACTION)
    row = min(rows, key=lambda term: term.length.after(subject.last_interaction_at))
    return f"{row.words}: {row.cite}"
