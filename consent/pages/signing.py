"""The hosted page where a person reads, signs, says no, and takes back.

These views are exempt from Django's CSRF check: the 256-bit secret in the address is the authority, no cookie is, so a
stranger's form has nothing to ride on. It also has to be so: `Referrer-Policy: no-referrer`, which keeps the secret from
leaking, makes browsers send `Origin: null`, which that check refuses.

Every address also answers GET, so that a change of language, which loads the same address again, never meets a wall.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from compliance.access import language
from compliance.access.actions import take
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import Conflict, Invalid, KeyDestroyed, TooMany
from compliance.core.taxonomy import Purpose
from consent.actions import LinkEnded, TextChanged, decline, sign, withdraw
from consent.models import Release, ReleaseLink
from consent.pages import form, gpc, shown, words
from consent.pages.show import show
from consent.queries import NotPublished, find_link, holds, is_open
from consent.queries.links import owner_of
from consent.rules.roles import MinorCannotSign

TRIES = 30
WINDOW = timedelta(hours=1)
View = Callable[..., HttpResponse]


def private(view: View) -> Callable[..., HttpResponse]:
    """Look the link up, count tries, keep the page out of caches and its address out of referrers, and answer errors calmly."""

    @wraps(view)
    def wrapped(request: HttpRequest, secret: str, **named: str) -> HttpResponse:
        response = _answer(view, request, secret, named)
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        return response

    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(wrapped))


def _answer(view: View, request: HttpRequest, secret: str, named: Mapping[str, str]) -> HttpResponse:
    at = clock.now()
    link = find_link(secret)
    if link is None:
        return render(request, "consent/ended.html", status=410)
    # Until the person chooses, the page speaks the language that the product asked for; English is what it says by saying nothing.
    if link.language != settings.LANGUAGE_CODE and not language.chosen(request):
        translation.activate(link.language)
    try:
        if request.method == "POST":
            take(use="sign", who=str(link.pk), limit=TRIES, window=WINDOW, at=at)
        return view(request, link, secret, at, **named)
    except (LinkEnded, KeyDestroyed):
        return render(request, "consent/ended.html", {"secret": secret if holds(link, at) else None}, status=410)
    except TooMany as error:
        response = render(request, "consent/unavailable.html", {"minutes": error.retry_after // 60 + 1}, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    except NotPublished as error:
        # For an officer to mend; a person is told what it means for them.
        return render(request, "consent/unavailable.html", status=error.status)
    except Conflict as error:
        return render(request, "consent/unavailable.html", {"says": error.detail}, status=error.status)


@private
def sign_scan(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime) -> HttpResponse:
    """GET: the notice and the forms, or what was signed. POST: sign the link's purpose, that one alone."""
    if request.method == "POST":
        return _sign(request, link, secret, at, link.purpose)
    return show(request, link, secret, at)


@private
def sign_box(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime, purpose: str) -> HttpResponse:
    """A separate box: its own form, its own release, and an address that names the one purpose it grants."""
    if request.method == "POST":
        return _sign(request, link, secret, at, purpose)
    return redirect("consent:sign", secret)


@private
def decline_scan(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime) -> HttpResponse:
    """Saying no needs nothing: no name, no tick, no intact field."""
    if request.method == "POST":
        proof = _proof(request, link, at)
        shown_at, notice_id = (proof.at, proof.notice_id) if proof else (at, None)
        decline(link_id=link.pk, shown_at=shown_at, notice_id=notice_id, gpc=gpc.sent(request), actor=PERSON, at=at)
    elif is_open(link, at):
        return redirect("consent:sign", secret)
    elif not _newest(link, link.purpose, Release.State.REFUSED):
        raise LinkEnded("Nobody said no here.")
    return render(request, "consent/declined.html", {"secret": secret if holds(link, at) else None})


def _proof(request: HttpRequest, link: ReleaseLink, at: datetime) -> shown.Shown | None:
    try:
        return shown.read(request.POST.get("shown", ""), link, at)
    except Invalid:
        return None


@private
def withdraw_scan(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime) -> HttpResponse:
    return _withdraw(request, link, secret, at, link.purpose)


@private
def withdraw_box(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime, purpose: str) -> HttpResponse:
    return _withdraw(request, link, secret, at, purpose)


def _withdraw(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime, purpose: str) -> HttpResponse:
    """One press, no question, at once. Pressing again shows the same page."""
    # The link of one piece takes back that piece; what was signed for another one stays.
    piece = request.POST.get("piece", "").replace("\0", "") or (link.piece if purpose == link.purpose else "") or None
    if request.method == "POST":
        if link.used_at is None and not is_open(link, at) and not holds(link, at):
            raise LinkEnded("This link ran out.")
        withdraw(subject_id=owner_of(link), purpose=purpose, piece=piece, actor=PERSON, at=at, how="on the signing page")
    release = _newest(link, purpose, Release.State.WITHDRAWN, piece)
    if release is None and request.method != "POST":
        return redirect("consent:sign", secret)
    context = {
        "at": release.ended_at if release else at,
        "release": release,
        "words": words.of_purpose(purpose),
        "shared_model": purpose == Purpose.TRAIN_SHARED_MODEL,
        "secret": secret,
        "holds": holds(link, at),
    }
    return render(request, "consent/withdrawn.html", context)


def _newest(link: ReleaseLink, purpose: str, state: str, piece: str | None = None) -> Release | None:
    found = Release.objects.filter(subject_id=owner_of(link), purpose=purpose, state=state)
    return (found if piece is None else found.filter(piece=piece)).order_by("-ended_at").first()


def _sign(request: HttpRequest, link: ReleaseLink, secret: str, at: datetime, purpose: str) -> HttpResponse:
    try:
        proof = shown.read(request.POST.get("shown", ""), link, at)
        sign(link_id=link.pk, purpose=purpose, signature=form.signature(request, proof), actor=PERSON, at=at, secret=secret)
    except (Invalid, TextChanged, MinorCannotSign) as error:
        return show(request, link, secret, at, refused=error, purpose=purpose)
    # A page of its own after the POST: loading it again sends nothing twice.
    answer = redirect("consent:sign", secret)
    answer.status_code = 303
    return answer
