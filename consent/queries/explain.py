"""Which release, if any, explains a use that happened at a moment: the decider of every check, asked about then and now."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Q

from compliance.core.taxonomy import Purpose
from compliance.erasure.models import Order
from consent.models import Notice, Release
from consent.queries.check import standings_of_subjects
from consent.rules.decisions import Reason, Standing, decide, without_asking
from consent.rules.uses import ENDED_SINCE


class Question(NamedTuple):
    """One use. No subject: the reference was not known. An empty recipient or piece: none. A piece counts for marketing only."""

    subject: UUID | None
    purpose: str
    recipient: str
    piece: str
    at: datetime


Answer = tuple[Reason, UUID | None]


def explain(questions: Sequence[Question]) -> list[Answer]:
    """For each use `active` with the release that allowed it at its moment, or why nothing did, in the order asked.

    A disclosure may rest on the release of its own purpose that names the party, or on a release for disclosing to that party.
    """
    # As in a check: every other purpose is stored without a piece, and would not be found with one.
    questions = [question if question.purpose == Purpose.MARKETING else question._replace(piece="") for question in questions]
    answers = _once(questions)
    second = [
        number
        for number, (question, (reason, _)) in enumerate(zip(questions, answers, strict=True))
        if question.recipient and reason != Reason.ACTIVE and not question.purpose.startswith("disclose:")
    ]
    other = [questions[number]._replace(purpose=f"disclose:{questions[number].recipient}") for number in second]
    for number, answer in zip(second, _once(other), strict=True):
        if answer[0] == Reason.ACTIVE:
            answers[number] = answer
    return answers


def _once(questions: Sequence[Question]) -> list[Answer]:
    """One round trip for each piece: only marketing names one."""
    found: dict[int, Standing | None] = {}
    for piece in {question.piece for question in questions}:
        mine = [(n, q) for n, q in enumerate(questions) if q.piece == piece and q.subject and without_asking(q.purpose) is None]
        standings = standings_of_subjects([(q.subject, q.purpose) for _, q in mine if q.subject], piece)
        found |= {n: standing for (n, _), standing in zip(mine, standings, strict=True)}
    return [_answer(question, found.get(number)) for number, question in enumerate(questions)]


def _answer(question: Question, standing: Standing | None) -> Answer:
    if question.subject is None:
        return Reason.UNKNOWN_SUBJECT, None
    if never := without_asking(question.purpose):
        return never, None
    # Disclosing to a party is itself the purpose: its release need not name the party a second time.
    recipient = question.recipient if question.recipient and not question.purpose.startswith("disclose:") else None
    now = decide(standing, recipient=recipient)
    if standing is None or now not in {*ENDED_SINCE, Reason.RECIPIENT_NOT_NAMED}:
        return now, None
    if now == Reason.ACTIVE and standing.signed_at is not None and standing.signed_at <= question.at:
        return now, standing.release_id
    then = _then(question, question.subject, standing)
    if then is None:
        return (Reason.NO_RELEASE if now == Reason.ACTIVE else now), None
    reason = decide(then, recipient=recipient)
    return reason, then.release_id if reason == Reason.ACTIVE else None


def _then(question: Question, subject: UUID, standing: Standing) -> Standing | None:
    """The standing as it was at the use's moment, from the release that held then; None where none did."""
    held = Release.objects.select_related("notice").filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=question.at),
        subject_id=subject,
        purpose=question.purpose,
        piece=question.piece,
        signed_at__lte=question.at,
        expires_at__gt=question.at,
    )
    release = held.exclude(state=Release.State.REFUSED).order_by("-signed_at").first()
    if release is None:
        return None
    known = Notice.objects.filter(purpose=question.purpose, published_at__lte=question.at)
    erasing = Order.objects.filter(subject_id=subject, everything=True, ordered_at__lte=question.at)
    return standing._replace(
        erasing=erasing.filter(Q(completed_at__isnull=True) | Q(completed_at__gt=question.at)).exists(),
        now=question.at,
        release_id=release.pk,
        state=Release.State.ACTIVE.value,
        signed_at=release.signed_at,
        expires_at=release.expires_at,
        recipients=release.recipients,
        signer_role=release.signer_role,
        reach=release.notice.reach,
        greatest_reach=known.aggregate(reach=Max("reach"))["reach"],
    )
