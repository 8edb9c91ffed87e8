"""Say what a connected system knows of a person: the kind of record, the age, the places, the last contact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from compliance.audit.actions import record
from compliance.core import clock
from compliance.core.actor import Actor
from compliance.core.errors import Conflict, FieldError, Invalid
from compliance.law.regimes import is_known
from compliance.subjects.actions.know import know
from compliance.subjects.actions.lock import lock
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Subject

MOST_PLACES = 20
# A system's clock may run ahead of ours by this much; more is a mistake that would keep a consent alive.
CLOCK_SKEW = timedelta(minutes=5)
# A guest who signs up under the same reference is an account. A depicted person never becomes the uploader, nor the other way round.
KINDS = {("guest", "account")}


@dataclass(frozen=True)
class Described:
    """The subject as it is now, and the names of what changed."""

    subject: Subject
    changed: tuple[str, ...]


@transaction.atomic
def describe(
    *,
    reference: str,
    actor: Actor,
    at: datetime,
    kind: str | None = None,
    age: str | None = None,
    jurisdictions: Sequence[str] | None = None,
    last_interaction_at: datetime | None = None,
) -> Described:
    """Note what is said; what is left out stays. An empty list of places means: not known, the strictest served apply.

    The last contact never moves backwards. Raises `Invalid` naming the codes we hold no laws for, `Conflict` for a kind that
    cannot follow the one on record.
    """
    places = _places(jurisdictions) if jurisdictions is not None else None
    if last_interaction_at is not None and last_interaction_at > at + CLOCK_SKEW:
        raise Invalid(
            "The last contact lies in the future.",
            [FieldError("/last_interaction_at", "Check the clock, and send the zone with the time.")],
        )
    known = know(reference=reference, actor=actor, at=at, kind=kind or Subject.SubjectKind.ACCOUNT)
    subject = lock(known.pk, no_key=True)
    if kind is not None and kind != subject.kind and (subject.kind, kind) not in KINDS:
        raise Conflict(f"This reference is known as “{subject.kind}”. It cannot become “{kind}”.")
    latest = max(subject.last_interaction_at, min(last_interaction_at, at)) if last_interaction_at else None
    wanted = {"kind": kind, "age": age, "jurisdictions": places, "last_interaction_at": latest}
    changed = tuple(name for name, value in wanted.items() if value is not None and value != getattr(subject, name))
    for name in changed:
        setattr(subject, name, wanted[name])
    if changed:
        subject.save(update_fields=list(changed))
        _note(subject, changed, actor, at)
    return Described(subject, changed)


def _places(codes: Sequence[str]) -> list[str]:
    """The codes as our tables write them, without repeats."""
    clean = list(dict.fromkeys(code.strip().upper() for code in codes))
    if unknown := [code for code in clean if not is_known(code)]:
        raise Invalid(
            "We hold no laws for some of these places.",
            [
                FieldError("/jurisdictions", f"“{code[:20]}” is not known. Write a code such as IL, CO, EU:DE or UK.")
                for code in unknown[:20]
            ],
        )
    if len(clean) > MOST_PLACES:
        raise Invalid("Too many places.", [FieldError("/jurisdictions", f"{MOST_PLACES} places at most")])
    return clean


def _note(subject: Subject, changed: Sequence[str], actor: Actor, at: datetime) -> None:
    now = {name: getattr(subject, name) for name in changed}
    record(
        kind="subjects:subject:described",
        object_id=str(subject.pk),
        actor=actor,
        at=at,
        payload={name: clock.to_text(value) if isinstance(value, datetime) else value for name, value in now.items()},
        sealer=sealer_of(subject),
    )
