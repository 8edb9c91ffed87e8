"""Write down how faces were used, and raise what nothing explains. Reports come after the fact: nothing is refused, all is kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from compliance.artifacts.actions import violation
from compliance.artifacts.models import Artifact, Violation
from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.subjects.models import Reference, Subject
from compliance.subjects.queries import everyone, reference_index
from consent.models import Use
from consent.queries.explain import Question, explain
from consent.rules.decisions import BOUND, Reason
from consent.rules.exceptions import exempt
from consent.rules.uses import EXEMPT, EXPLAINED, Unexplained


@dataclass(frozen=True)
class Report:
    """One use, as a system reports it."""

    kind: str
    subject: str
    purpose: str
    at: datetime
    artifact: str = ""
    recipient: str = ""
    exception: str = ""
    action_id: str = ""
    piece: str = ""


@dataclass(frozen=True)
class Case:
    """A report with what the tables hold of it, and what was found: `reason`, and the release behind it."""

    report: Report
    subject: Subject | None
    artifact: Artifact | None
    reason: str = ""
    release: UUID | None = None
    action: bytes | None = None


@transaction.atomic
def note_uses(*, reports: Sequence[Report], system: str, actor: Actor, at: datetime) -> list[Use]:
    """A row for each report, in their order, with what explains it; a violation for each that nothing explains (I3, C10).

    A use counts as explained when the release held at the use's own moment, though it may have ended since.
    """
    # Reports of one system one after the other: of two that name one act of a person, the second is a replay.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"consent.uses:{system}"])
    cases = _consented(_checked(_found(reports, system), system))
    uses = [_row(case, system) for case in cases]
    Use.objects.bulk_create(uses)
    wrong = [(use, case) for use, case in zip(uses, cases, strict=True) if use.reason not in EXPLAINED]
    for use, case in wrong:
        violation(
            kind=Violation.ViolationKind.UNEXPLAINED_USE,
            system=system,
            external_id=f"use:{use.pk}",
            category=use.purpose,
            subject=case.subject,
            actor=actor,
            at=at,
        )
    record(
        kind="consent:uses:reported",
        object_id=system,
        actor=actor,
        at=at,
        payload={"uses": [str(use.pk) for use in uses], "unexplained": [str(use.pk) for use, _ in wrong]},
    )
    return uses


def run_hash(action_id: str) -> bytes:
    """What a reported run leaves of its action id. Another hash than a check's: a run that was checked and one that was reported
    are two facts about one act; two reports of one act are a replay."""
    return hashlib.sha256(b"reported run\0" + action_id.encode()).digest()


def _found(reports: Sequence[Report], system: str) -> list[Case]:
    """Who and what the reports are about, in two queries."""
    index = {report.subject: reference_index(report.subject) for report in reports}
    rows = Reference.objects.select_related("subject").filter(index__in=list(index.values()))
    people = {bytes(row.index): row.subject for row in rows}
    named = Artifact.objects.filter(system=system, external_id__in={r.artifact for r in reports if r.artifact})
    things = {artifact.external_id: artifact for artifact in named}
    return [_judged(Case(r, people.get(index[r.subject]), things.get(r.artifact))) for r in reports]


def _judged(case: Case) -> Case:
    """What no consent explains: the thing itself is unknown, somebody else's, or was gone."""
    report, artifact = case.report, case.artifact
    if not report.artifact:
        return case
    if artifact is None:
        return replace(case, reason=Unexplained.UNREGISTERED)
    if case.subject is not None and artifact.subject_id != case.subject.pk:
        return replace(case, reason=Unexplained.SOMEBODY_ELSES)
    if artifact.gone_at is not None and artifact.gone_at <= report.at:
        return replace(case, reason=Unexplained.GONE)
    return case


def _checked(cases: Sequence[Case], system: str) -> list[Case]:
    """Runs that name an act of the person: explained by the check that bound it, once (I1)."""
    runs = {case.report.action_id for case in cases if case.report.kind == Use.UseKind.RUN and case.report.action_id}
    asked = {hashlib.sha256(action.encode()).digest(): action for action in runs}
    done = {run_hash(action): action for action in runs}
    known = Use.objects.filter(system=system, action_hash__in=[*asked, *done])
    rows = {bytes(use.action_hash or b""): use for use in known}
    spent = {action for hashed, action in done.items() if hashed in rows}
    checks = {action: rows[hashed] for hashed, action in asked.items() if hashed in rows}
    answers = []
    for case in cases:
        answers.append(_of_run(case, checks, spent))
        if answers[-1].action:
            spent.add(case.report.action_id)
    return answers


def _of_run(case: Case, checks: dict[str, Use], spent: set[str]) -> Case:
    report = case.report
    if report.kind != Use.UseKind.RUN or case.reason:
        return case
    if not report.action_id:
        return replace(case, reason=Reason.ACTION_NOT_BOUND) if report.purpose in BOUND else case
    if report.action_id in spent:
        return replace(case, reason=Unexplained.REPLAYED)
    case = replace(case, action=run_hash(report.action_id))
    check = checks.get(report.action_id)
    if check is None:
        return replace(case, reason=Reason.ACTION_NOT_BOUND) if report.purpose in BOUND else case
    if case.subject is None or check.purpose != report.purpose or not _same_person(check, case.subject):
        return replace(case, reason=Reason.ACTION_NOT_BOUND)
    return replace(case, reason=Reason(check.reason), release=check.release_id)


def _same_person(check: Use, subject: Subject) -> bool:
    """A check keeps the id of the guest that it was about, whoever that guest became since."""
    return check.subject_id == subject.pk or check.subject_id in everyone(subject.pk)


def _consented(cases: Sequence[Case]) -> list[Case]:
    """The rest is for the decider of every check; then, for a disclosure, a statutory exception may stand in."""
    open_ones = [case for case in cases if not case.reason]
    questions = [
        Question(case.subject.pk if case.subject else None, case.report.purpose, case.report.recipient, case.report.piece, case.report.at)
        for case in open_ones
    ]
    answers = iter(explain(questions))
    return [case if case.reason else _answered(case, *next(answers)) for case in cases]


def _answered(case: Case, reason: str, release: UUID | None) -> Case:
    if reason == Reason.ACTIVE or case.report.kind != Use.UseKind.DISCLOSURE or case.subject is None:
        return replace(case, reason=reason, release=release)
    if exempt(case.report.exception, case.subject.jurisdictions, settings.SERVED_JURISDICTIONS):
        return replace(case, reason=EXEMPT)
    return replace(case, reason=reason, release=release)


def _row(case: Case, system: str) -> Use:
    report = case.report
    return Use(
        system=system,
        kind=report.kind,
        subject=case.subject,
        purpose=report.purpose,
        recipient=report.recipient,
        exception=report.exception,
        external_id=report.artifact,
        action_hash=case.action,
        release_id=case.release,
        reason=str(case.reason),
        at=report.at,
    )
