"""Everything the status page says, in words and dates."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.erasure.queries import CategoryProgress, Progress
from compliance.erasure.queries import progress as progress_of
from compliance.evidence.models import Document
from dsar.models import Request
from dsar.queries.ladder import Step, ladder
from dsar.queries.troubles import Trouble, troubles
from dsar.rules.arrows import UNDECIDED
from dsar.rules.grounds import GROUNDS
from dsar.rules.places import Regulator, regulators, zone
from dsar.rules.words import day, kind_of_data, law_in_words, moment

State = Request.State


@dataclass(frozen=True)
class Kind:
    """One line of "what is deleted": every time in words, empty while it is not true yet."""

    words: str
    count: int
    where: str
    deleted: str
    checked: str
    purged: str
    backups: str
    trouble: str


@dataclass(frozen=True)
class Status:
    """The status page."""

    state: str
    heading: str
    next: str
    received: str
    answered: str
    due: str
    law: str
    steps: list[Step]
    kinds: list[Kind]
    troubles: list[str]
    refusal: str
    certificate: Document | None
    can_withdraw: bool
    regulators: list[Regulator]


def status_of(request: Request, *, certificate: Document | None) -> Status:
    """The status of one request."""
    where = zone(request.residence)
    progress = progress_of(request.order) if request.order else None
    found = troubles(progress) if progress else ()
    heading, following = said(request, progress)
    return Status(
        state=request.state,
        heading=heading,
        next=following,
        received=moment(request.received_at, where),
        answered=moment(request.answered_at, where),
        due=day(request.due or request.due_safe),
        law=law_in_words(request.law) if request.law else "",
        steps=ladder(request, progress, where),
        kinds=[kind(line, found, where) for line in progress.categories] if progress else [],
        troubles=[trouble_words(trouble, where) for trouble in found],
        refusal=str(GROUNDS[request.grounds].words) if request.grounds in GROUNDS else "",
        certificate=certificate,
        can_withdraw=request.state in UNDECIDED,
        regulators=regulators(request.residence),
    )


def said(request: Request, progress: Progress | None) -> tuple[str, str]:
    """Where it stands and what happens next. `verifying` and `deciding` read alike: they tell whether we know the reference."""
    if request.state == State.AWAITING_CONFIRMATION:
        return _("We wait for you"), _("Use the link in our mail. The time we have already runs.")
    if request.state == State.RUNNING:
        return _("We are deleting your data"), _("Each system must delete it and then prove that it is gone. You need to do nothing.")
    if request.state == State.ANSWERED:
        return answered(progress)
    if request.state == State.REFUSED:
        return _("We refused your request"), _("You can ask again, and you can complain. How to complain is written below.")
    if request.state == State.WITHDRAWN_BY_PERSON:
        return _("You took your request back"), _("We deleted nothing. You can ask again at any time.")
    return _("We have your request"), _("A person checks it now. We send you a mail when we have an answer. You need to do nothing.")


def answered(progress: Progress | None) -> tuple[str, str]:
    if progress is None or not progress.categories:
        return _("We found nothing"), _("We looked in every connected system. Nothing is stored under this record.")
    if any(line.checked_at is None for line in progress.categories):
        return _("Not everything is gone"), _("The list below says what is left, and why.")
    return _("Your data is gone from our active systems"), _("What is still to come is listed below, with its date.")


def kind(line: CategoryProgress, found: tuple[Trouble, ...], where: ZoneInfo) -> Kind:
    return Kind(
        words=kind_of_data(line.category),
        count=line.count,
        where=", ".join(line.stores),
        deleted=moment(line.deleted_at, where),
        checked=moment(line.checked_at, where),
        purged=moment(line.purged_at, where),
        backups=day(line.backups_until),
        trouble=next((beside(trouble.kind) for trouble in found if line.category in trouble.categories), ""),
    )


def beside(trouble: str) -> str:
    """Why something is not on its way, in words."""
    return {
        "refused": _("The system refused to delete it. We ask again every hour, and a person looks into it."),
        "unreachable": _("The system did not say that it deleted it. We ask again every hour."),
        "reappeared": _("It was there again after we checked. We delete it again."),
    }.get(trouble, "")


def trouble_words(trouble: Trouble, where: ZoneInfo) -> str:
    """One honest sentence about what is not as it should be."""
    since = moment(trouble.since, where)
    if trouble.kind == "silent":
        return _("One system has not confirmed yet. We try again about every 15 minutes, since %(since)s.") % {"since": since}
    things = ngettext("%(n)d thing is not gone.", "%(n)d things are not gone.", trouble.count) % {"n": trouble.count}
    return f"{things} {beside(trouble.kind)}"
