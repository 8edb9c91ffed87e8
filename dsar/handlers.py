"""Keepers of the promises that requests make: mails to the person, and the answer when an order is complete."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from compliance.core.actor import SERVICE
from compliance.delivery.actions import Lease
from compliance.subjects.queries import emails
from dsar.actions import answer, forget
from dsar.actions.move import note
from dsar.models import Request
from dsar.rules.clocks import law_name
from dsar.rules.codes import CONFIRM_LIFE, confirm_secret, status_code
from dsar.rules.grounds import GROUNDS
from dsar.rules.places import regulators, zone
from dsar.rules.words import day, moment

State = Request.State


def mail_confirm(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """The link that confirms. Not sent once the request moved on."""
    request = Request.objects.get(pk=payload["request"])
    if request.state == State.AWAITING_CONFIRMATION:
        link = settings.BASE_URL + reverse("dsar:confirm", args=[confirm_secret(request.pk)])
        send("confirm", request, lease, at, link=link, days=CONFIRM_LIFE.days)


def mail_received(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """What was received, by when it is answered, and the status code."""
    request = Request.objects.get(pk=payload["request"])
    send("received", request, lease, at, status_code=status_code(request.pk))


def mail_answered(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """The answer; after it, who wrote to us is erased here."""
    request = Request.objects.get(pk=payload["request"])
    send("answered", request, lease, at)
    with transaction.atomic():
        lease.guard()
        forget(request_id=request.pk, actor=SERVICE, at=at)


def mail_refused(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """Why not, and how to complain (GDPR 12(4); 11 CCR 7022)."""
    request = Request.objects.get(pk=payload["request"])
    ground = GROUNDS[request.grounds]
    send("refused", request, lease, at, ground=ground, regulators=regulators(request.residence))


def order_completed(payload: Mapping[str, str], lease: Lease, at: datetime) -> None:
    """An order is complete: answer the requests that waited for it."""
    with transaction.atomic():
        lease.guard()
        answer(order_id=UUID(payload["order"]), actor=SERVICE, at=at)


def send(mail: str, request: Request, lease: Lease, at: datetime, **more: object) -> None:
    """Hand one mail to the mail server and record that; nothing happens for a request without an address.

    Outside any transaction. A crash between the two sends it twice, which is better than never.
    """
    to = emails(request.requester_id)
    if not to:
        return
    with transaction.atomic():
        lease.guard()
    with translation.override(request.language):
        context = {**facts(request), **more}
        subject = " ".join(render_to_string(f"mail/{mail}_subject.txt", context).split())
        body = render_to_string(f"mail/{mail}.txt", context)
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, to, headers={"Auto-Submitted": "auto-generated"}).send()
    with transaction.atomic():
        lease.guard()
        note(request, "mailed", actor=SERVICE, at=at, payload={"mail": mail})


def facts(request: Request) -> dict[str, object]:
    """What every mail may say: nothing about the person but the reference of the request."""
    return {
        "operator": settings.OPERATOR_NAME,
        "code": request.code,
        "received": moment(request.received_at, zone(request.residence)),
        "due": day(request.due),
        "law": law_name(request.law) if request.law else "",
        "target": day(request.due_safe),
        "status_url": settings.BASE_URL + reverse("dsar:status", args=[request.code]),
        "ask_url": settings.BASE_URL + reverse("dsar:ask"),
    }
