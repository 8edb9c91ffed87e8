"""The hosted page where a person reads, signs, says no, and takes back.

These views are exempt from Django's CSRF check: the 256-bit secret in the address is the authority, no cookie is, so a
stranger's form has nothing to ride on. It also has to be so: `Referrer-Policy: no-referrer`, which keeps the secret from
leaking, makes browsers send `Origin: null`, which that check refuses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from compliance.access.actions import take
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import Conflict, EffaceError, FieldError, Invalid, KeyDestroyed, TooMany
from compliance.core.taxonomy import Purpose
from consent.actions import LinkEnded, Signature, TextChanged, decline, sign, withdraw
from consent.models import Notice, ReleaseLink
from consent.pages import shown
from consent.pages.text import Section, sections
from consent.queries import NotPublished, Page, find_link, holds, is_open, page_of
from consent.rules.notices import INTENTS

TRIES = 30
WINDOW = timedelta(hours=1)
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Form:
    """One signing form: its text, its hidden proof, and what was typed and wrong. `name` prefixes its element ids."""

    prefix: str
    notice: Notice
    sections: list[Section]
    token: str
    intent: str
    typed: str = ""
    agreed: bool = False
    errors: dict[str, str] = field(default_factory=dict)


def private(view: View) -> Callable[..., HttpResponse]:
    """Look the link up, count tries, keep the page out of caches and its address out of referrers, and answer errors calmly."""

    @wraps(view)
    def wrapped(request: HttpRequest, secret: str, **named: Purpose) -> HttpResponse:
        response = _answer(view, request, secret, named)
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        return response

    return csrf_exempt(wrapped)


def _answer(view: View, request: HttpRequest, secret: str, named: Mapping[str, Purpose]) -> HttpResponse:
    at = clock.now()
    link = find_link(secret)
    if link is None:
        return render(request, "consent/ended.html", status=410)
    try:
        if request.method == "POST":
            take(use="sign", who=str(link.pk), limit=TRIES, window=WINDOW, at=at)
        return view(request, link, secret, at, **named)
    except (LinkEnded, KeyDestroyed):
        return render(request, "consent/ended.html", {"secret": secret if holds(link, at) else None}, status=410)
    except TooMany as error:
        response = render(request, "consent/unavailable.html", {"says": error.detail}, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    except NotPublished as error:
        # For an officer to mend; a person is told what it means for them.
        return render(request, "consent/unavailable.html", status=error.status)
    except Conflict as error:
        return render(request, "consent/unavailable.html", {"says": error.detail}, status=error.status)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def sign_scan(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime) -> HttpResponse:
    """GET: the notice and the forms, or what was signed. POST: sign the link's purpose, that one alone."""
    if request.method == "POST":
        return _sign(request, link, secret, at, Purpose(link.purpose))
    return _show(request, link, secret, at)


@require_POST
@private
def sign_training(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime, purpose: Purpose) -> HttpResponse:
    """The separate box: its own form, its own release, and an address that names the one purpose it grants."""
    return _sign(request, link, secret, at, purpose)


@require_POST
@private
def decline_scan(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime) -> HttpResponse:
    """Saying no needs nothing: no name, no tick, no intact field."""
    try:
        shown_at = shown.read(request.POST.get("shown", ""), link, at).at
    except Invalid:
        shown_at = at
    decline(link_id=link.pk, shown_at=shown_at, actor=PERSON, at=at)
    return render(request, "consent/declined.html", {"secret": secret if holds(link, at) else None})


@require_POST
@private
def withdraw_scan(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime) -> HttpResponse:
    return _withdraw(request, link, secret, at, Purpose(link.purpose))


@require_POST
@private
def withdraw_training(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime, purpose: Purpose) -> HttpResponse:
    return _withdraw(request, link, secret, at, purpose)


def _withdraw(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime, purpose: Purpose) -> HttpResponse:
    """One press, no question, at once. Pressing again shows the same page."""
    if link.used_at is None and not is_open(link, at) and not holds(link, at):
        raise LinkEnded("This link ran out.")
    withdraw(subject_id=link.subject_id, purpose=purpose, actor=PERSON, at=at, how="on the signing page")
    context = {"at": at, "purpose": purpose, "secret": secret if holds(link, at) else None}
    return render(request, "consent/withdrawn.html", context)


def _sign(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime, purpose: Purpose) -> HttpResponse:
    try:
        proof = shown.read(request.POST.get("shown", ""), link, at)
        signature = Signature(request.POST.get("name", ""), request.POST.get("agree") == "yes", proof.notice_id, proof.at)
        sign(link_id=link.pk, purpose=purpose, signature=signature, actor=PERSON, at=at)
    except (Invalid, TextChanged) as error:
        return _show(request, link, secret, at, refused=error, purpose=purpose)
    # A page of its own after the POST: loading it again sends nothing twice.
    answer = redirect("consent:sign", secret)
    answer.status_code = 303
    return answer


def _show(
    request: HttpRequest,
    link: ReleaseLink,
    secret: str,
    at: datetime,
    *,
    refused: EffaceError | None = None,
    purpose: Purpose | None = None,
) -> HttpResponse:
    page = page_of(link, at)
    if page is None:
        raise LinkEnded("This link was used, or it ran out.")
    context: dict[str, Any] = {
        "page": page,
        "secret": secret,
        "refused": refused,
        "form": _form(request, page, page.notice, "", at, refused if purpose == link.purpose else None),
        "training_form": _form(request, page, page.training_notice, "training-", at, refused if purpose != link.purpose else None),
        "signed_text": sections(page.release.notice.body) if page.release else None,
    }
    template = "consent/sign.html" if page.notice else "consent/signed.html"
    return render(request, template, context, status=refused.status if refused else 200)


def _form(request: HttpRequest, page: Page, notice: Notice | None, prefix: str, at: datetime, refused: EffaceError | None) -> Form | None:
    """A blank form, or the one that was refused with everything that was typed. The box is never ticked for a person who did not."""
    if notice is None:
        return None
    proof, intent = shown.token(page.link, notice, at), INTENTS[Purpose(notice.purpose)]
    blank = Form(prefix, notice, sections(notice.body), proof, intent)
    if refused is None:
        return blank
    errors = {error.pointer.strip("/"): error.detail for error in refused.errors or [FieldError("/form", refused.detail)]}
    # After a change of text the tick belongs to the old one.
    agreed = request.POST.get("agree") == "yes" and not isinstance(refused, TextChanged)
    return Form(prefix, notice, blank.sections, proof, intent, request.POST.get("name", "")[:400], agreed, errors)
