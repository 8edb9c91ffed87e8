"""What a page of an inventory shows to be wrong, and what is done about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from compliance.artifacts.actions import NewArtifact, mark_gone, register, violation, violation_of
from compliance.artifacts.models import Artifact
from compliance.backend.models import System
from compliance.backend.protocol import Client, Found
from compliance.core.actor import SERVICE
from compliance.core.errors import KeyDestroyed
from compliance.core.taxonomy import BIOMETRIC, Category
from compliance.erasure.actions import order
from compliance.erasure.models import Order
from compliance.erasure.queries.holds import held, lock_people
from compliance.profiles.queries import active
from compliance.profiles.rules import entry_of, has_live_reason
from compliance.retention.models import Finding, FindingRule
from compliance.retention.queries import held_purposes, in_open_order, rule_of
from compliance.retention.rules.findings import Known, finding
from compliance.subjects.actions import know
from compliance.subjects.models import Reference
from compliance.subjects.queries import reference_index

RULE = "Reconciliation: kept without a live reason (740 ILCS 14/15(a); GDPR 5(1)(e))"
# What nobody registered is not kept for ever while somebody is asked: it is due then.
TIME_TO_EXPLAIN = timedelta(hours=72)
# The purpose of what nobody registered.
NONE = "none"
Judged = tuple[list[tuple[Found, Finding, Artifact | None]], list[UUID]]


def judged(system: System, client: Client, items: Sequence[Found], at: datetime) -> Judged:
    """What is wrong on one page, and the registered artifacts it shows. Six queries a page, whatever its size."""
    registered = Artifact.objects.filter(system=system.pk, external_id__in=[item.id for item in items])
    rows = {row.external_id: row for row in registered.annotate(ordered=in_open_order())}
    owners = dict(Reference.objects.filter(index__in={reference_index(i.subject) for i in items}).values_list("index", "subject_id"))
    subject_of = {bytes(index): subject for index, subject in owners.items()}
    granted = held_purposes({row.subject_id for row in rows.values()}, at)
    kept_by_hold = held(row.pk for row in rows.values())
    profile = active()
    document = profile.document if profile else {"artifacts": {}}
    found: list[tuple[Found, Finding, Artifact | None]] = []
    for item in items:
        row = rows.get(item.id)
        known = row and Known(
            due_at=row.due_at,
            gone_at=row.gone_at,
            in_open_order=vars(row)["ordered"],
            held=row.pk in kept_by_hold,
            same_person=subject_of.get(reference_index(item.subject)) == row.subject_id,
            granted=row.purpose == NONE
            or has_live_reason(document, row.category, row.purpose, row.biometric, granted.get(row.subject_id, frozenset())),
        )
        in_taxonomy = item.category in set(Category)
        kind = finding(
            category_known=in_taxonomy,
            category_kept=in_taxonomy and entry_of(document, item.category) is not None,
            known=known or None,
            created_at=item.created_at,
            at=at,
        )
        if kind:
            found.append((item, kind, row))
    return _still_there(client, found), [row.pk for row in rows.values() if row.gone_at is None]


def _still_there(client: Client, found: list[tuple[Found, Finding, Artifact | None]]) -> list[tuple[Found, Finding, Artifact | None]]:
    """A page may be older than a deletion that ended meanwhile: what "came back" is asked for once more."""
    back = [item.id for item, kind, _row in found if kind == Finding.REAPPEARED]
    there = client.lookup(back) if back else frozenset[str]()
    return [row for row in found if row[1] != Finding.REAPPEARED or row[0].id in there]


def settle_found(system: System, found: Sequence[tuple[Found, Finding, Artifact | None]], at: datetime) -> None:
    """Note each finding as a violation with its age, and do what its rule says. Inside the caller's transaction."""
    lock_people(known.subject_id for _item, _kind, known in found if known)
    doomed: dict[UUID, list[Artifact]] = {}
    for item, kind, known in found:
        action = rule_of(kind)
        artifact = known
        if artifact is None and action != FindingRule.Action.REPORT:
            artifact = _adopt(system, item, at, at if action == FindingRule.Action.DESTROY else at + TIME_TO_EXPLAIN)
        violation(
            kind=kind,
            system=system.pk,
            external_id=item.id,
            category=item.category,
            subject=artifact.subject if artifact else None,
            actor=SERVICE,
            at=at,
        )
        if kind == Finding.REAPPEARED and artifact:
            mark_gone(artifact=artifact, at=None)
        if action == FindingRule.Action.DESTROY and artifact:
            doomed.setdefault(artifact.subject_id, []).append(artifact)
    for subject_id in sorted(doomed):
        things = list(Artifact.objects.filter(pk__in=[artifact.pk for artifact in doomed[subject_id]]))
        order(
            subject_id=subject_id,
            reason=Order.Reason.VIOLATION,
            rule=RULE,
            origin="retention:reconcile",
            decided_by=SERVICE.name,
            actor=SERVICE,
            at=at,
            artifacts=things,
        )


def settle_missing(artifacts: Sequence[Artifact], at: datetime) -> None:
    """What is registered and gone without an order."""
    for artifact in artifacts:
        violation_of(artifact=artifact, kind=Finding.MISSING, at=at)


def _adopt(system: System, item: Found, at: datetime, due_at: datetime) -> Artifact | None:
    """Register what nobody registered; None where the person's key is gone, and no record of theirs may grow."""
    try:
        return register(
            subject=know(reference=item.subject, actor=SERVICE, at=at),
            system=system.pk,
            item=NewArtifact(
                external_id=item.id,
                category=item.category if item.category in set(Category) else Category.METADATA,
                purpose=NONE,
                store=item.store,
                biometric=item.category in BIOMETRIC,
                size=item.size,
                created_at=item.created_at,
                due_at=due_at,
                due_why=("found at the backend and never registered",),
            ),
            actor=SERVICE,
            at=at,
        )
    except KeyDestroyed:
        return None
