"""Record what became of a person's ended opt-in in one model. Each state is checked against what the rows prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.core.errors import Conflict, FieldError, Invalid, NotFound
from compliance.subjects.actions import lock
from compliance.subjects.models import Subject
from compliance.subjects.queries import sealer
from consent.models import REUSES, ModelVersion, Release, Remediation
from consent.queries.training import destroyed_at, ended_releases, everyone, replacements, seen_by
from consent.rules.training import State

ATTESTED = ("method", "metric", "attested_by")


@dataclass(frozen=True)
class Claim:
    """What somebody says became of it. `method`, `metric` and `attested_by` are for approximate unlearning, and needed there."""

    state: str
    method: str = ""
    metric: str = ""
    attested_by: str = ""


@transaction.atomic
def remediate(
    *, model: ModelVersion, releases: Sequence[Release], claim: Claim, actor: Actor, at: datetime, reason: str = ""
) -> list[Remediation]:
    """A row for each of the ended `releases` of one person in `model`; the newest row of a pair holds.

    Raises `Invalid` for a state that the rows contradict or that lacks who vouches for it, `Conflict` for a release that has not
    ended, `NotFound` when there is none.
    """
    if not releases:
        raise NotFound("There is no ended opt-in of this person that this model could have seen.")
    _attested(claim)
    # The person's row first, as everywhere; then nothing of theirs moves while this is checked.
    lock(releases[0].subject_id, no_key=True)
    for release in releases:
        _ended(release, at)
        _holds(model, release, claim)
    return [_save(model, release, claim, actor, at, reason) for release in releases]


def ended_optins(model: ModelVersion, subject_id: UUID, state: str, at: datetime) -> list[Release]:
    """The ended opt-ins of a person to what this model is: those that it saw, or for `never_used` those that it did not."""
    over = ended_releases(at).filter(subject_id__in=everyone(subject_id), purpose__in=REUSES).order_by("signed_at")
    seen = seen_by(model).values("release_id")
    return list(over.exclude(pk__in=seen) if state == State.NEVER_USED else over.filter(pk__in=seen))


def _attested(claim: Claim) -> None:
    """Approximate unlearning is a claim that nobody can prove: it says how, measured how, and who vouches. No other state does."""
    if claim.state == State.APPROXIMATE_UNLEARNING:
        if lacking := [FieldError(f"/{name}", "needed for this state") for name in ATTESTED if not getattr(claim, name).strip()]:
            raise Invalid("Say by which method, measured by which metric, and who attests it.", lacking)
    elif any(getattr(claim, name) for name in ATTESTED[:2]):
        raise Invalid("A method and a metric belong to approximate unlearning alone.", [FieldError("/state", "approximate_unlearning")])


def _ended(release: Release, at: datetime) -> None:
    if release.purpose not in REUSES or release.state == Release.State.REFUSED:
        raise Invalid("This release is no opt-in to training, quality or benchmarks.", [FieldError("/release", "another release")])
    if not ended_releases(at).filter(pk=release.pk).exists():
        raise Conflict("This opt-in still stands. There is nothing to remedy before it ends.")


def _holds(model: ModelVersion, release: Release, claim: Claim) -> None:
    """Raises `Invalid` unless the rows agree with the state."""
    seen = seen_by(model).filter(release=release).exists()
    if seen == (claim.state == State.NEVER_USED):
        words = "This model saw this person under this release." if seen else "This model never saw this release: the state is never_used."
        raise Invalid(words, [FieldError("/state", "contradicts the snapshots of the model")])
    if claim.state == State.MODEL_DESTROYED and destroyed_at(model) is None:
        raise Invalid("This model is not marked as destroyed.", [FieldError("/state", "first POST /api/v1/models/{id}/destroyed")])
    if claim.state == State.RETRAINED_WITHOUT and not replacements(model, release.subject_id):
        raise Invalid(
            "No model replaces this one without this person.",
            [FieldError("/state", "record the new model with `replaces`; none of its snapshots may hold anything of the person")],
        )


def _save(model: ModelVersion, release: Release, claim: Claim, actor: Actor, at: datetime, reason: str) -> Remediation:
    row = Remediation.objects.create(
        model=model,
        release=release,
        subject_id=release.subject_id,
        state=claim.state,
        method=claim.method.strip(),
        metric=claim.metric.strip(),
        attested_by=claim.attested_by.strip() or actor.name,
        at=at,
    )
    key = Subject.objects.values_list("wrapped_key", flat=True).get(pk=release.subject_id)
    record(
        kind="consent:remediation:recorded",
        object_id=str(row.pk),
        actor=actor,
        at=at,
        payload={"model": str(model.pk), "release": str(release.pk), "state": claim.state, "reason": reason},
        # After an erasure the key is gone; the entry names ids alone and stays readable.
        sealer=sealer(release.subject_id) if key else None,
        subject_id=release.subject_id,
    )
    return row
