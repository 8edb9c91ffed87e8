"""The ladder of the status page (U15): what happened, what happens now, what comes later and by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.erasure.models import Order, Rung
from compliance.erasure.queries import Progress
from dsar.models import Request
from dsar.rules.words import day, moment

State = Request.State


@dataclass(frozen=True)
class Step:
    """`state` is `done`, `now`, `later` or `fault`; `when` a date in words; `note` one sentence more."""

    words: str
    state: str
    when: str = ""
    note: str = ""


def ladder(request: Request, progress: Progress | None, zone: ZoneInfo) -> list[Step]:
    """All steps of a request in their order; the first one that is not done is what happens now."""
    steps = [*intake(request, zone), decision(request, progress, zone)]
    if request.state in {State.REFUSED, State.WITHDRAWN_BY_PERSON}:
        return steps
    steps += destruction(progress, zone) if progress else [Step(words, "later") for words in coming()]
    return list(with_now(steps))


def intake(request: Request, zone: ZoneInfo) -> Iterator[Step]:
    yield Step(_("We received your request"), "done", moment(request.received_at, zone))
    if request.channel == Request.Channel.API:
        yield Step(_("You were signed in when you asked"), "done", moment(request.received_at, zone))
    elif request.channel == Request.Channel.CODE:
        yield Step(_("You used your receipt code"), "done", moment(request.received_at, zone))
    elif request.confirmed_at:
        yield Step(_("You confirmed it with the link in our mail"), "done", moment(request.confirmed_at, zone))
    elif request.state == State.AWAITING_CONFIRMATION:
        yield Step(_("Use the link in our mail"), "later")


def decision(request: Request, progress: Progress | None, zone: ZoneInfo) -> Step:
    if request.state == State.REFUSED:
        return Step(_("We refused your request"), "fault", moment(request.decided_at, zone))
    if request.state == State.WITHDRAWN_BY_PERSON:
        return Step(_("You took your request back"), "fault")
    if progress:
        return Step(
            _("New scans were stopped"),
            "done",
            moment(progress.order.ordered_at, zone),
            _("From then on our check says no to every new scan."),
        )
    return Step(_("We check your request"), "later", "", _("A person reads it. When it is approved, new scans stop at once."))


def coming() -> list[str]:
    return [
        _("Active copies deleted, the systems say"),
        _("Checked by us: no longer there"),
        _("Cleared from storage, the systems report"),
        _("Gone from backups"),
    ]


def destruction(progress: Progress, zone: ZoneInfo) -> Iterator[Step]:
    if not progress.categories:
        complete = progress.order.state == Order.State.COMPLETE
        nothing = Step(_("We looked, and found nothing stored under this record"), "done", moment(progress.order.completed_at, zone))
        yield nothing if complete else Step(_("We look for everything stored about your face"), "later")
        return
    active, absent, purged, backups = coming()
    yield timed(active, reached(progress, Rung.ACKNOWLEDGED), zone, note=kinds_gone(progress))
    checked_at = reached(progress, Rung.ABSENT)
    yield timed(absent, checked_at, zone, note=_("We asked each system again. Each one answered: not here.") if checked_at else "")
    yield timed(purged, reached(progress, Rung.PURGED), zone)
    if progress.backups_until:
        by = _("by %(day)s") % {"day": day(progress.backups_until)}
        yield Step(backups, "later", by, _("Each system overwrites its backups by that day."))
    else:
        yield Step(backups, "later", "", _("The date is not known yet."))


def reached(progress: Progress, rung: Rung) -> datetime | None:
    """When the last artifact reached a rung; None while one has not."""
    return next((step.at for step in progress.steps if step.name == rung and step.done), None)


def kinds_gone(progress: Progress) -> str:
    """`3 of 7 kinds of data`: a count of what can be named, never a percentage."""
    gone, total = sum(line.deleted_at is not None for line in progress.categories), len(progress.categories)
    return ngettext("%(gone)d of %(total)d kind of data", "%(gone)d of %(total)d kinds of data", total) % {"gone": gone, "total": total}


def timed(words: str, at: datetime | None, zone: ZoneInfo, *, note: str = "") -> Step:
    return Step(words, "done", moment(at, zone), note) if at else Step(words, "later", "", note)


def with_now(steps: list[Step]) -> Iterator[Step]:
    """Mark the first step that is still to come as the one that happens now."""
    found = False
    for step in steps:
        if step.state == "later" and not found:
            found = True
            yield Step(step.words, "now", step.when, step.note)
        else:
            yield step
