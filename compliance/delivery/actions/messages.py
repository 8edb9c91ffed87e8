"""Messages of webhooks: made when something happened, tried until delivered or given up, sent again when an officer says so."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from compliance.audit.actions import record
from compliance.core import clock
from compliance.core.actor import SERVICE, Actor
from compliance.core.canonical import canonical
from compliance.core.errors import BackendFault
from compliance.delivery import wire
from compliance.delivery.actions.drain import Again, Handler
from compliance.delivery.actions.endpoints import disable, secrets_of
from compliance.delivery.actions.leases import Lease
from compliance.delivery.actions.promise import Cause, Once, promise
from compliance.delivery.events import TEST
from compliance.delivery.models import Endpoint, EndpointCondition, Message
from compliance.delivery.rules import signatures, wait

log = structlog.get_logger(__name__)
TOPIC = "delivery.webhook"
DISABLED = "endpoint switched off"
GONE = "status 410"
# Seconds of one call, and how long an endpoint is left alone after the n-th fault in a row; the last one repeats.
CALL = 10.0
ALONE = (2, 5, 15, 60)
BUSY = timedelta(seconds=1)
# From the type of an event and the id of what it is about to (when it happened, the `data` of its message). Read at each try, never stored.
Tell = Callable[[str, UUID], tuple[datetime, Mapping[str, Any]]]


def spread(*, event: str, about: UUID, at: datetime) -> int:
    """One message for each endpoint that wants it; returns how many are new. Inside the caller's transaction. Idempotent."""
    made = 0
    for endpoint in Endpoint.objects.filter(enabled=True, events__contains=[event]).order_by("made_at"):
        message, new = Message.objects.get_or_create(endpoint=endpoint, event=event, about=about, defaults={"made_at": at, "next_at": at})
        if new:
            _promise(message, Once(message.pk), at)
            made += 1
    return made


@transaction.atomic
def send_test(*, endpoint_id: UUID, actor: Actor, at: datetime) -> Message:
    """A message that tells of nothing, to see whether the endpoint listens."""
    message = Message.objects.create(endpoint_id=endpoint_id, event=TEST, made_at=at, next_at=at)
    entry = record(kind="delivery:endpoint:tested", object_id=str(endpoint_id), actor=actor, at=at, payload={"message": str(message.pk)})
    _promise(message, entry, at)
    return message


@transaction.atomic
def replay(*, ids: Iterable[UUID], actor: Actor, at: datetime, reason: str) -> int:
    """Start again with messages that were given up, under the same `webhook-id`; returns how many. Others are left as they are."""
    dead = list(Message.objects.select_for_update().filter(pk__in=list(ids), state=Message.State.DEAD).order_by("pk"))
    for message in dead:
        message.state, message.attempts, message.round = Message.State.WAITING, 0, message.round + 1
        message.next_at, message.done_at = at, None
        message.save()
        entry = record(
            kind="delivery:message:replayed",
            object_id=str(message.pk),
            actor=actor,
            at=at,
            payload={"endpoint": str(message.endpoint_id), "reason": reason, "round": message.round},
        )
        _promise(message, entry, at)
    return len(dead)


def sender(tell: Tell) -> Handler:
    """The keeper of one message: one try, then delivered, or again later, or given up.

    A worker that dies between the answer and its record leaves the promise: another sends the message once more, with the same
    `webhook-id`. Receivers forget what they have seen by that id (Standard Webhooks, "idempotency").
    """

    def keep(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
        with transaction.atomic():
            lease.guard()
            message = _due(payload)
            later = turn(message.endpoint_id, clock.now()) if message and message.endpoint.enabled else None
        if message is None:
            return None
        if later:
            return Again(later)
        result, retry_after = attempt(message, tell, at) if message.endpoint.enabled else (DISABLED, None)
        with transaction.atomic():
            lease.guard()
            if result != DISABLED:
                over(message.endpoint_id, result, clock.now())
            return settle(payload, result, retry_after, clock.now())

    return keep


def turn(endpoint_id: UUID, at: datetime) -> datetime | None:
    """Take the one turn at an endpoint, or say when to come back: it is busy, or left alone after a fault."""
    condition, _new = EndpointCondition.objects.select_for_update().get_or_create(pk=endpoint_id)
    if condition.open_until and condition.open_until > at:
        return condition.open_until
    if condition.busy_until and condition.busy_until > at:
        return at + BUSY
    condition.busy_until = at + timedelta(seconds=longest() + 2)
    condition.save()
    return None


def over(endpoint_id: UUID, result: str, at: datetime) -> None:
    """Give the turn back. After a fault the endpoint is left alone for a time that grows; others keep their pace."""
    condition = EndpointCondition.objects.select_for_update().get(pk=endpoint_id)
    condition.faults_in_a_row = condition.faults_in_a_row + 1 if result else 0
    pause = ALONE[min(condition.faults_in_a_row, len(ALONE)) - 1] if result else 0
    condition.busy_until, condition.open_until = None, at + timedelta(seconds=pause) if pause else None
    condition.save()


def longest() -> float:
    """Seconds of one call. Shorter than the lease: while it runs nobody else may take the message over."""
    return float(min(CALL, settings.LEASE_SECONDS * 0.8))


def attempt(message: Message, tell: Tell, at: datetime) -> tuple[str, int | None]:
    """One POST. Returns the class of what came back ("" for a success), and the seconds that the far side asked to wait."""
    happened, data = (at, {}) if message.about is None else tell(message.event, message.about)
    body = canonical({"type": message.event, "timestamp": clock.to_text(happened), "data": dict(data)})
    stamp, name = int(at.timestamp()), str(message.pk)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Efface-Webhooks/1",
        "webhook-id": name,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signatures(secrets_of(message.endpoint, at), name, stamp, body),
    }
    try:
        answer = wire.exchange(message.endpoint.url, "POST", message.endpoint.url, headers, body, reads=(), seconds=longest())
    except BackendFault as fault:
        return fault.kind, None
    return ("", None) if 200 <= answer.status < 300 else (f"status {answer.status}", answer.retry_after)


def settle(payload: Mapping[str, str], result: str, retry_after: int | None, at: datetime) -> Again | None:
    """Store what one try came to, on the fresh row. A 410 switches the endpoint off."""
    message = _due(payload, lock=True)
    if message is None:
        return None
    message.attempts += 1
    message.last_result = result[:60]
    final = result in {"", DISABLED, GONE}
    seconds = None if final else wait(message.attempts, retry_after)
    message.next_at = None if seconds is None else at + timedelta(seconds=seconds)
    if message.next_at is None:
        message.state, message.done_at = (Message.State.DEAD if result else Message.State.DELIVERED), at
    message.save()
    if result == GONE:
        disable(endpoint_id=message.endpoint_id, actor=SERVICE, at=at, reason="it answered 410: gone")
    if message.state == Message.State.DEAD:
        log.warning("webhook_given_up", kind=result[:60], attempt=message.attempts)
    return Again(message.next_at) if message.next_at else None


def _due(payload: Mapping[str, str], *, lock: bool = False) -> Message | None:
    """The message, while it waits in the round that this promise is for."""
    rows = Message.objects.select_for_update(of=("self",)) if lock else Message.objects
    return (
        rows.select_related("endpoint")
        .filter(pk=UUID(payload["message"]), round=int(payload["round"]), state=Message.State.WAITING)
        .first()
    )


def _promise(message: Message, because: Cause, at: datetime) -> None:
    payload = {"message": str(message.pk), "round": str(message.round)}
    promise(topic=TOPIC, payload=payload, because=because, at=at)
