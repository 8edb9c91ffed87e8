"""Destroy one thing now, because the person pressed "delete" on it (D3): a model of their face, without the rest."""

from datetime import datetime

from django.db import transaction

from compliance.artifacts.models import Artifact
from compliance.core.actor import Actor
from compliance.core.errors import NotFound
from compliance.erasure.actions import order
from compliance.erasure.models import Order, Outcome
from compliance.subjects.actions import lock
from compliance.subjects.models import Subject

RULE = "The person asked for this one to go: GDPR 17(1)(b); 740 ILCS 14/15(a), its purpose is over"


@transaction.atomic
def delete_now(*, subject: Subject, system: str, external_id: str, actor: Actor, at: datetime) -> Order:
    """Order one artifact and all made from it destroyed; returns the order it is in. Asking again is the same order.

    Raises `NotFound` when the person has no such artifact at this system.
    """
    # As registration and withdrawal do: the person's row first.
    subject = lock(subject.pk)
    artifact = Artifact.objects.filter(subject=subject, system=system, external_id=external_id).first()
    if artifact is None:
        raise NotFound("This person has no such artifact at your system.")
    made = order(
        subject_id=subject.pk,
        reason=Order.Reason.REQUEST,
        rule=RULE,
        origin=f"retention:deletion:{artifact.pk}",
        artifacts=[artifact],
        decided_by=actor.name,
        actor=actor,
        at=at,
    )
    if made is not None:
        return made
    past = Outcome.objects.select_related("order").filter(artifact=artifact).order_by("-order__ordered_at").first()
    if past is None:
        raise NotFound("This artifact was gone before anybody ordered it.")
    return past.order
