"""Register what a scan backend stored: each item with a due date and its reason, or a violation. Nothing is dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from compliance.artifacts.actions import NewArtifact, mark_gone, prepared, register_many, violation
from compliance.artifacts.models import Artifact, Violation
from compliance.audit.actions import record
from compliance.backend.models import System
from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid
from compliance.core.taxonomy import BIOMETRIC, Category
from compliance.erasure.actions import order
from compliance.erasure.models import Order
from compliance.profiles.models import Profile
from compliance.profiles.queries import active
from compliance.profiles.rules import Due, has_live_reason
from compliance.retention.actions.due import due_of
from compliance.subjects.actions import lock
from compliance.subjects.models import Subject
from consent.queries.grants import granted_purposes

# A backend's clock may run ahead of ours by this much; more is a mistake that would move a due date.
CLOCK_SKEW = timedelta(minutes=5)
ATTEST = "must be true: the uploader states that the depicted person agreed, or that they may act for them"


@dataclass(frozen=True)
class Item:
    """One stored thing, as the backend describes it."""

    id: str
    category: str
    store: str
    created_at: datetime
    biometric: bool
    derived_from: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class Registered:
    """The answer for one item. `status`: registered, known, quarantined (no live reason: destroyed at once) or refused."""

    id: str
    status: str
    due_at: datetime | None
    why: tuple[str, ...]


@dataclass(frozen=True)
class Batch:
    """What all items of one call share."""

    subject: Subject
    system: str
    purpose: str
    granted: frozenset[str]
    profile: Profile
    # As the system describes itself; empty until it was first asked.
    stores: frozenset[str]
    actor: Actor
    at: datetime


@transaction.atomic
def register_all(
    *, subject: Subject, system: str, purpose: str, items: Sequence[Item], actor: Actor, at: datetime, attested: bool = False
) -> list[Registered]:
    """Register a batch. One bad item does not sink the others; what must not be kept is ordered destroyed in the same breath.

    `attested`: the uploader states that the person in the picture agreed, or that they may act for them. Raises `Invalid` without
    it for a depicted person, who did not upload anything themselves.
    """
    profile = active()
    if profile is None:
        raise Invalid("No data-handling profile is active, so no due date can be given. An officer must activate one.")
    # Serialises registrations of one person with their withdrawals and orders: no artifact slips between the two.
    subject = lock(subject.pk)
    if subject.kind == Subject.SubjectKind.DEPICTED and not attested:
        raise Invalid("Somebody else uploaded this picture.", [FieldError("/attested", ATTEST)])
    batch = Batch(subject, system, purpose, granted_purposes(subject_id=subject.pk, at=at), profile, stores_of(system), actor, at)
    named = {item.id for item in items} | {item.derived_from for item in items if item.derived_from}
    known = {artifact.external_id: artifact for artifact in Artifact.objects.filter(system=system, external_id__in=named)}
    answers, quarantined, new = [], [], []
    for item in items:
        answer = refuse(batch, item, known)
        if answer is None:
            answer, known[item.id] = keep(batch, item, known)
            new.append(known[item.id])
        answers.append(answer)
        if answer.status == "quarantined":
            quarantined.append(known[item.id])
    register_many(subject=subject, artifacts=new, actor=actor, at=at)
    if attested:
        _record_attestation(batch, new)
    if quarantined:
        order(
            subject_id=subject.pk,
            reason=Order.Reason.VIOLATION,
            rule="No live reason to keep it (740 ILCS 14/15(a),(b); GDPR 5(1)(e))",
            origin="retention:register",
            decided_by=actor.name,
            actor=actor,
            at=at,
            artifacts=quarantined,
        )
    return answers


def _record_attestation(batch: Batch, artifacts: Sequence[Artifact]) -> None:
    """In the ledger, beside the registrations it was made with: who told us, and of which artifacts. Ids alone: readable for good."""
    record(
        kind="retention:upload:attested",
        object_id=str(batch.subject.pk),
        actor=batch.actor,
        at=batch.at,
        payload={"system": batch.system, "artifacts": [str(artifact.pk) for artifact in artifacts]},
        subject_id=batch.subject.pk,
    )


def stores_of(system: str) -> frozenset[str]:
    """The stores of a connected system. Raises `Invalid` for one that is not: nothing there could ever be destroyed by us."""
    found = System.objects.select_related("condition").filter(pk=system).first()
    if found is None:
        raise Invalid("This system is not connected.", [FieldError("/system", "an officer must connect it first")])
    return frozenset(store["name"] for store in found.condition.stores)


def refuse(batch: Batch, item: Item, known: dict[str, Artifact]) -> Registered | None:
    """What cannot be registered at all, or is registered already."""
    if item.category not in set(Category):
        report(batch, item, Violation.ViolationKind.UNKNOWN_CATEGORY)
        return Registered(item.id, "refused", None, ("The category is not part of the taxonomy; an officer was alerted.",))
    if batch.stores and item.store not in batch.stores:
        return Registered(item.id, "refused", None, ("The system does not describe this store. Add it to GET /face-deletion/v1.",))
    if item.created_at > batch.at + CLOCK_SKEW:
        return Registered(item.id, "refused", None, ("created_at lies in the future. Check the clock and send UTC.",))
    if item.derived_from and item.derived_from not in known:
        return Registered(item.id, "refused", None, ("derived_from is not registered. Register the original first.",))
    if item.derived_from and known[item.derived_from].subject_id != batch.subject.pk:
        return Registered(item.id, "refused", None, ("derived_from belongs to another subject.",))
    if item.id in known:
        old = known[item.id]
        if old.subject_id != batch.subject.pk or old.category != item.category:
            return Registered(item.id, "refused", None, ("This id is registered for something else.",))
        return back_again(batch, item, old) if old.gone_at else Registered(item.id, "known", old.due_at, tuple(old.due_why))
    return None


def back_again(batch: Batch, item: Item, old: Artifact) -> Registered:
    """It was read back as absent and is registered again: a violation, and due at once."""
    report(batch, item, Violation.ViolationKind.REAPPEARED)
    mark_gone(artifact=old, at=None)
    old.gone_at = None
    return Registered(item.id, "quarantined", batch.at, ("destroyed before, and there again: due at once",))


def keep(batch: Batch, item: Item, known: dict[str, Artifact]) -> tuple[Registered, Artifact]:
    """The answer and the row, with the due date that profile and law give; without a live reason the artifact is due at once."""
    biometric = item.biometric or Category(item.category) in BIOMETRIC
    computed = due_of(
        document=batch.profile.document,
        category=item.category,
        biometric=biometric,
        created_at=item.created_at,
        parent=known[item.derived_from] if item.derived_from else None,
        subject=batch.subject,
    )
    status = "registered"
    if computed and not has_live_reason(batch.profile.document, item.category, batch.purpose, biometric, batch.granted):
        computed, status = Due(batch.at, ("nothing that the person granted is a reason to keep it: due at once",)), "quarantined"
        report(batch, item, Violation.ViolationKind.NO_LIVE_REASON)
    if computed is None:
        computed, status = Due(batch.at, ("the profile never keeps this category: due at once",)), "quarantined"
        report(batch, item, Violation.ViolationKind.NEVER_KEPT)
    artifact = prepared(
        subject=batch.subject,
        system=batch.system,
        item=NewArtifact(
            external_id=item.id,
            category=item.category,
            purpose=batch.purpose,
            store=item.store,
            # A category that is biometric stays so, whatever a backend says of it.
            biometric=biometric,
            size=item.size,
            created_at=item.created_at,
            due_at=computed.at,
            due_why=computed.trace,
            derived_from=known[item.derived_from] if item.derived_from else None,
        ),
        at=batch.at,
    )
    return Registered(item.id, status, computed.at, computed.trace), artifact


def report(batch: Batch, item: Item, kind: Violation.ViolationKind) -> None:
    violation(
        kind=kind,
        system=batch.system,
        external_id=item.id,
        category=item.category,
        subject=batch.subject,
        actor=batch.actor,
        at=batch.at,
    )
