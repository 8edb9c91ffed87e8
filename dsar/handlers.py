"""Keepers of the promises that requests make: mails to the person, and the answer when an order is complete."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from compliance.core.actor import SERVICE
from compliance.delivery.actions import Lease
from dsar.actions import answer, forget
from dsar.mails import send
from dsar.models import Request
from dsar.rules.codes import CONFIRM_LIFE, confirm_secret, status_code
from dsar.rules.grounds import GROUNDS
from dsar.rules.places import regulators

State = Request.State


def mail_confirm(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """The link that confirms. Not sent once the request moved on, nor when the link would not work any more."""
    request = Request.objects.get(pk=payload["request"])
    ends_at = request.received_at + CONFIRM_LIFE
    if request.state == State.AWAITING_CONFIRMATION and at < ends_at:
        link = settings.BASE_URL + reverse("dsar:confirm", args=[confirm_secret(request.pk)])
        send("confirm", request, lease, at, link=link)


def mail_received(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """What was received, by when it is answered, and the status code."""
    request = Request.objects.get(pk=payload["request"])
    send("received", request, lease, at, status_code=status_code(request.pk))


def mail_answered(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """The answer; after it, who wrote to us is erased here, also when their mailbox is gone."""
    request = Request.objects.get(pk=payload["request"])
    send("answered", request, lease, at)
    with transaction.atomic():
        lease.guard()
        forget(request_id=request.pk, actor=SERVICE, at=at)


def mail_refused(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """Why not, and how to complain (GDPR 12(4); 11 CCR 7022)."""
    request = Request.objects.get(pk=payload["request"])
    ground = GROUNDS[request.grounds]
    send("refused", request, lease, at, ground=ground, rule=ground.rule(request.law), regulators=regulators(request.residence))


def order_completed(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """An order is complete: answer the requests that waited for it."""
    with transaction.atomic():
        lease.guard()
        answer(order_id=UUID(payload["order"]), actor=SERVICE, at=at)
