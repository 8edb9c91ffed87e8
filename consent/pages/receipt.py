"""Receipts and the receipt code on the pages of a signing link."""

from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from compliance.evidence.pages import document_response
from consent.actions.receipt_code import code_for, hash_of
from consent.models import ReceiptCode, Release, ReleaseLink
from consent.queries.links import find_link, owner_of
from consent.queries.receipts import of_release
from consent.rules.receipts import stages

SECONDS = 5


def code_url(code: str) -> str:
    """The address that the QR code leads to."""
    return f"{settings.BASE_URL}/r/{code}"


def code_context(secret: str, link: ReleaseLink) -> dict[str, str]:
    """For the signed page: `code`, `code_url`, `code_qr` (an address for <img>). Empty until something was signed, and after a merge."""
    code = code_for(secret, link)
    if not works(code):
        return {}
    return {"code": code, "code_url": code_url(code), "code_qr": reverse("consent:code_svg", args=[secret])}


def works(code: str) -> bool:
    return ReceiptCode.objects.filter(code_hash=hash_of(code), ended_at__isnull=True).exists()


@require_safe
def code_svg(_request: HttpRequest, secret: str) -> HttpResponse:
    """The QR code of a link's receipt code."""
    link = find_link(secret)
    code = code_for(secret, link) if link else ""
    if not link or not works(code):
        raise Http404
    svg = BytesIO()
    segno.make_qr(code_url(code), error="m").save(svg, kind="svg", border=4, dark="#000", light="#fff", omitsize=True)
    return private(HttpResponse(svg.getvalue(), content_type="image/svg+xml"))


@require_safe
def of_link(request: HttpRequest, secret: str, release_id: UUID, form: str) -> HttpResponse:
    """A receipt of the person whose link this is. 404 for anybody else's release, as for one that does not exist."""
    link = find_link(secret)
    if link is None:
        raise Http404
    return private(receipt_response(request, release_of(owner_of(link), release_id), form))


def release_of(subject_id: UUID, release_id: UUID) -> Release:
    """A release of this person that has receipts. Raises Http404."""
    release = Release.objects.filter(pk=release_id, subject_id=subject_id).exclude(state=Release.State.REFUSED).first()
    if release is None:
        raise Http404
    return release


def receipt_response(request: HttpRequest, release: Release, form: str) -> HttpResponse:
    """The newest receipt as a download, or 202 and a page that loads itself again while it is being sealed."""
    document = of_release(release.pk)
    if document is None or document.version < stages(release.state):
        context: dict[str, Any] = {"again": request.path, "seconds": SECONDS}
        response = render(request, "consent/receipt_wait.html", context, status=202)
        response["Retry-After"] = str(SECONDS)
        return response
    return document_response(document, form)


def private(response: HttpResponse) -> HttpResponse:
    """The address holds a secret: no other page and no cache may learn it."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
