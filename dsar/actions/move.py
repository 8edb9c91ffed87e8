"""The one function that moves a request's state, and the record every action writes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.audit.actions import record, save_with_history
from compliance.audit.models import Entry
from compliance.core.actor import Actor
from compliance.core.arrows import check
from compliance.core.errors import NotFound
from compliance.subjects.queries import sealer
from dsar.models import Request
from dsar.rules.arrows import ARROWS


def locked(request_id: UUID) -> Request:
    """The fresh row, locked until the transaction ends. Raises `NotFound`."""
    request = Request.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFound("There is no such request.")
    return request


def move(request: Request, to: Request.State, *, verb: str, actor: Actor, at: datetime, reason: str, payload: Mapping[str, Any]) -> Entry:
    """Check the arrow on a locked row, save it with its history, and record `dsar:request:<verb>`."""
    check(ARROWS, Request.State(request.state), to)
    request.state = to
    save_with_history(request, actor=actor, reason=reason)
    return note(request, verb, actor=actor, at=at, payload={"state": to.value, "reason": reason, **payload})


def note(request: Request, verb: str, *, actor: Actor, at: datetime, payload: Mapping[str, Any]) -> Entry:
    """Record a fact about a request, sealed under the requester's key while there is one."""
    alive = request.requester.erased_at is None
    return record(
        kind=f"dsar:request:{verb}",
        object_id=str(request.pk),
        actor=actor,
        at=at,
        # Without a key only closed words may be written: what an officer typed is left out.
        payload=payload if alive else {name: value for name, value in payload.items() if name != "reason"},
        sealer=sealer(request.requester_id) if alive else None,
        subject_id=request.requester_id,
    )
