"""Endpoints of webhooks: make one, change its secret, switch it off and on. A secret is shown once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid
from compliance.core.keys import service_sealer
from compliance.delivery.events import EVENTS
from compliance.delivery.guard import check
from compliance.delivery.models import Endpoint
from compliance.delivery.rules import new_secret


@dataclass(frozen=True)
class NewSecret:
    """`text` is the whole secret: this is the only moment at which anybody sees it."""

    endpoint: Endpoint
    text: str = field(repr=False)


@transaction.atomic
def create_endpoint(*, url: str, events: Sequence[str], actor: Actor, at: datetime, reason: str = "created") -> NewSecret:
    """A new endpoint, enabled, with its first secret. Raises `Invalid` for an address we may never call, or unknown events."""
    check(url)
    unknown = sorted(set(events) - set(EVENTS))
    if unknown or not events:
        raise Invalid("An endpoint hears of one or more known events.", [FieldError("/events", f"choose among {', '.join(EVENTS)}")])
    endpoint = Endpoint(url=url, events=sorted(set(events)), made_at=at)
    secret = new_secret()
    endpoint.secret_sealed = service_sealer().seal(place(endpoint), secret)
    save_with_history(endpoint, actor=actor, reason=reason)
    note(endpoint, "created", actor, at, {"url": url, "events": endpoint.events})
    return NewSecret(endpoint, secret)


@transaction.atomic
def rotate_secret(*, endpoint_id: UUID, overlap: timedelta, actor: Actor, at: datetime, reason: str) -> NewSecret:
    """A new secret. The one before signs beside it for as long as `overlap`; a still older one ends now."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    secret = new_secret()
    endpoint.previous_sealed, endpoint.previous_until = (endpoint.secret_sealed, at + overlap) if overlap else (None, None)
    endpoint.secret_sealed = service_sealer().seal(place(endpoint), secret)
    save_with_history(endpoint, actor=actor, reason=reason)
    note(endpoint, "secret_rotated", actor, at, {"overlap_seconds": int(overlap.total_seconds())})
    return NewSecret(endpoint, secret)


@transaction.atomic
def disable(*, endpoint_id: UUID, actor: Actor, at: datetime, reason: str) -> None:
    """Send nothing more there, and make no messages for it. What waits is given up at its next try. Idempotent."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    if endpoint.enabled:
        endpoint.enabled, endpoint.why = False, reason[:100]
        save_with_history(endpoint, actor=actor, reason=reason)
        note(endpoint, "disabled", actor, at, {})


@transaction.atomic
def enable(*, endpoint_id: UUID, actor: Actor, at: datetime, reason: str) -> None:
    """Send there again, from now on. What was missed is in the change feed. Idempotent."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    if not endpoint.enabled:
        endpoint.enabled, endpoint.why = True, ""
        save_with_history(endpoint, actor=actor, reason=reason)
        note(endpoint, "enabled", actor, at, {})


def secrets_of(endpoint: Endpoint, at: datetime) -> list[str]:
    """The secrets that sign at `at`: the present one, and the one before while both do."""
    sealed = [endpoint.secret_sealed]
    if endpoint.previous_sealed is not None and endpoint.previous_until is not None and at < endpoint.previous_until:
        sealed.append(endpoint.previous_sealed)
    return [service_sealer().open(place(endpoint), bytes(value)) for value in sealed]


def place(endpoint: Endpoint) -> str:
    return f"delivery.endpoint:{endpoint.pk}"


def note(endpoint: Endpoint, verb: str, actor: Actor, at: datetime, payload: dict[str, object]) -> None:
    record(kind=f"delivery:endpoint:{verb}", object_id=str(endpoint.pk), actor=actor, at=at, payload=payload)
