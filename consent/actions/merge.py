"""A guest signs up: their record joins the account's. Every release, clock and artifact stays; no purpose comes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction

from compliance.artifacts.models import Artifact
from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.errors import Conflict, FieldError, Invalid, NotFound
from compliance.core.sealing import Sealer
from compliance.erasure.models import Order
from compliance.subjects.actions.join import join
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Contact, Reference, Subject
from compliance.subjects.queries import by_reference, everyone
from consent.actions.change import change
from consent.actions.end import destroy_unneeded, end
from consent.actions.withdraw import RULE
from consent.models import Change, ReceiptCode, Release
from consent.rules.merging import Plan, Said, plan

State = Release.State
Kind = Subject.SubjectKind
# These are moved one by one: sealed anew, or ended.
ONE_BY_ONE = frozenset({Release, Reference, Contact, ReceiptCode})


@dataclass(frozen=True)
class Merged:
    """The account, the guest that is now part of it, what moved, and what ended by it."""

    account: UUID
    guest: UUID
    releases: int
    artifacts: int
    withdrawn: int
    superseded: int


@transaction.atomic
def merge(*, account_id: UUID, guest_reference: str, actor: Actor, at: datetime) -> Merged:
    """Join the record behind a guest's reference to an account. It cannot be undone.

    Raises `NotFound` for an unknown one, `Invalid` for the same record twice or a wrong kind, and `Conflict` while something of
    either is being deleted or asked for, and where one of them was erased or joined already.
    """
    account, guest = _locked(account_id, guest_reference)
    _may_be_joined(account, guest)
    ends = _plan(account, guest)
    counts = Artifact.objects.filter(subject=guest).count(), Release.objects.filter(subject=guest).count()
    codes = list(ReceiptCode.objects.filter(subject=guest, ended_at__isnull=True))
    # Before anything moves: two in force for one purpose cannot stand under one record, not even for a moment.
    ended = [_end(pk, state, actor, at) for pk, state in _in_order(ends)]
    join(guest=guest, account=account, actor=actor, at=at)
    _move_releases(guest, account, actor)
    _move_rows(guest, account, actor)
    for code in codes:
        code.ended_at = at
        code.save(update_fields=["ended_at"])
    _destroy(ended, actor, at)
    change(event=Change.Event.SUBJECT, at=at, subject_id=account.pk)
    result = Merged(account.pk, guest.pk, counts[1], counts[0], len(ends.withdrawn), len(ends.superseded))
    _record(result, account, actor, at)
    return result


def _locked(account_id: UUID, guest_reference: str) -> tuple[Subject, Subject]:
    """Both rows, locked in the order of their ids: two merges of the same people wait for each other and never cross."""
    found = by_reference(guest_reference)
    if found is None:
        raise NotFound("There is no guest with this reference.")
    if found.pk == account_id:
        raise Invalid("This reference belongs to the account already.", [FieldError("/guest", "the reference of another record")])
    rows = {row.pk: row for row in Subject.objects.select_for_update().filter(pk__in=[account_id, found.pk]).order_by("pk")}
    if account_id not in rows:
        raise NotFound("There is no such account.")
    return rows[account_id], rows[found.pk]


def _may_be_joined(account: Subject, guest: Subject) -> None:
    if Kind.DEPICTED in (account.kind, guest.kind):
        raise Invalid("Somebody in a picture is not the person who uploaded it: the two are never joined.")
    if account.kind != Kind.ACCOUNT:
        raise Invalid("A guest is joined to an account. Say that this record is one: PUT /api/v1/subjects with kind “account”.")
    if account.erased_at or guest.erased_at:
        raise Conflict("One of the two records was erased. Nothing can be joined to it.")
    if account.merged_into_id or guest.merged_into_id or Subject.objects.filter(merged_into=guest).exists():
        raise Conflict("One of the two was joined to another record already.")
    if Order.objects.filter(subject__in=[account, guest], state=Order.State.OPEN).exists():
        raise Conflict("Something of one of the two is being deleted. Join them when that is done.")
    for model in apps.get_models():
        states: frozenset[str] = getattr(model, "holds_a_merge_while", frozenset())
        if states and model._default_manager.filter(subject__in=[account, guest], state__in=states).exists():
            raise Conflict("A request about one of the two is open. Join them when it is answered.")


def _plan(account: Subject, guest: Subject) -> Plan:
    """Read what both said about every purpose."""
    # A withdrawal that found nothing to end counts too: the release it meant may stand on the other record. Such a note keeps the id
    # of the guest whom it was about, also when that guest was joined to the account before.
    people = [*everyone(account.pk), guest.pk]
    early = Change.objects.filter(subject__in=people, event=Change.Event.WITHDRAWN, release=None)
    return plan(map(_said, Release.objects.filter(subject__in=[account, guest])), list(early.values_list("purpose", "at")))


def _said(release: Release) -> Said:
    return Said(
        release=release.pk,
        record=release.subject_id,
        key=(release.purpose, release.piece),
        signed_at=release.signed_at,
        active=release.state == State.ACTIVE,
        withdrawn_at=release.ended_at if release.state == State.WITHDRAWN else None,
        refused_at=release.ended_at if release.state == State.REFUSED else None,
    )


def _in_order(ends: Plan) -> list[tuple[UUID, State]]:
    return [*((pk, State.WITHDRAWN) for pk in sorted(ends.withdrawn)), *((pk, State.SUPERSEDED) for pk in sorted(ends.superseded))]


def _end(release_id: UUID, state: State, actor: Actor, at: datetime) -> UUID:
    release = Release.objects.get(pk=release_id)
    end(release=release, state=state, actor=actor, at=at, how="two records of one person were joined")
    return release_id


def _move_releases(guest: Subject, account: Subject, actor: Actor) -> None:
    """Each with a version of its history, its evidence sealed under the account's key; nothing else of it changes."""
    old, new = sealer_of(guest), sealer_of(account)
    for release in Release.objects.select_for_update().filter(subject=guest).order_by("id"):
        release.evidence_sealed = _resealed(release, old, new)
        release.subject = account
        save_with_history(release, actor=actor, reason="joined to an account")


def _resealed(release: Release, old: Sealer, new: Sealer) -> bytes:
    place = f"consent.release.evidence:{release.pk}"
    return new.seal(place, old.open(place, bytes(release.evidence_sealed)))


def _move_rows(guest: Subject, account: Subject, actor: Actor) -> None:
    """Everything else that points to the guest as its `subject`, in whichever app: floors above this one are not imported for it.

    Append-only rows keep the guest's id (`subjects.queries.everyone` finds them), and so does history.
    """
    for model in apps.get_models():
        if model in ONE_BY_ONE or getattr(model, "append_only", False) or hasattr(model, "history_type") or not _has_subject(model):
            continue
        row: Any
        for row in model._default_manager.select_for_update().filter(subject=guest).order_by("pk"):
            row.subject = account
            if hasattr(model, "history"):
                save_with_history(row, actor=actor, reason="joined to an account")
            else:
                row.save(update_fields=["subject"])


def _has_subject(model: type[models.Model]) -> bool:
    return any(field.name == "subject" and field.related_model is Subject for field in model._meta.concrete_fields)


def _destroy(ended: list[UUID], actor: Actor, at: datetime) -> None:
    """What nothing keeps any more, now that something ended: seen with everything that the account holds."""
    withdrawn = Release.objects.filter(pk__in=ended, state=State.WITHDRAWN).order_by("pk").first()
    if withdrawn is not None:
        destroy_unneeded(withdrawn, reason=Order.Reason.WITHDRAWAL, rule=RULE, actor=actor, at=at)


def _record(merged: Merged, account: Subject, actor: Actor, at: datetime) -> None:
    said = {"guest": str(merged.guest), "releases": merged.releases, "artifacts": merged.artifacts}
    record(
        kind="consent:subject:merged",
        object_id=str(account.pk),
        actor=actor,
        at=at,
        payload={**said, "withdrawn": merged.withdrawn, "superseded": merged.superseded},
        sealer=sealer_of(account),
    )
