"""The page behind a receipt code: see, take back, delete. No account, no e-mail, no cookie, no JavaScript.

Exempt from Django's CSRF check like the signing page, and for the same reason: the 128-bit code in the address is the authority, so a
stranger's form has nothing to ride on; and `no-referrer`, which keeps the code from leaking, makes browsers send `Origin: null`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from compliance.access.actions import take
from compliance.access.caller import network
from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import Conflict, TooMany
from compliance.core.taxonomy import Category
from compliance.erasure.actions import order
from compliance.erasure.models import Order
from consent.actions import withdraw as take_back
from consent.actions.receipt_code import find_code, normal
from consent.models import ReceiptCode
from consent.pages import gpc
from consent.pages.receipt import private, receipt_response, release_of
from consent.rules.texts import LOCALES
from dsar.actions import receive_with_code
from dsar.queries.asked import asked, deletion_asked
from dsar.queries.held import held

TRIES = 60
WINDOW = timedelta(minutes=15)
RULE = "The person asked for this one model to be deleted (GDPR 17(1); the operator’s promise to delete on request)."
View = Callable[..., HttpResponse]


def behind_code(view: View) -> View:
    """Count the try, look the code up, and answer every code that opens nothing in one way."""

    @wraps(view)
    def wrapped(http: HttpRequest, code: str, **named: Any) -> HttpResponse:
        try:
            return private(answer(view, http, code, named))
        except TooMany as error:
            return private(too_many(http, error))

    return csrf_exempt(wrapped)


def pressed(view: View) -> View:
    """A button of the page. Loading its address again, as a change of language does, shows the page and presses nothing."""
    press = behind_code(view)

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(http: HttpRequest, code: str, **named: Any) -> HttpResponse:
        if http.method == "POST":
            return press(http, code, **named)
        return private(redirect("dsar:receipt_code", code=code))

    return csrf_exempt(wrapped)


def answer(view: View, http: HttpRequest, code: str, named: dict[str, Any]) -> HttpResponse:
    at = clock.now()
    take(use="receipt-code", who=network(http), limit=TRIES, window=WINDOW, at=at)
    found = find_code(code)
    if found is None or (found.ended_at and not found.subject.merged_into_id) or found.subject.wrapped_key is None:
        return entry(http, status=404, wrong=True)
    if found.ended_at or found.subject.merged_into_id:
        return render(http, "dsar/receipt_code_joined.html", status=410)
    try:
        return view(http, found, normal(code), at, **named)
    except Conflict as error:
        return render(http, "dsar/receipt_code_busy.html", {"says": error.detail, "code": normal(code)}, status=error.status)


def too_many(http: HttpRequest, error: TooMany) -> HttpResponse:
    response = entry(http, status=429, wait=error.retry_after // 60 + 1)
    response["Retry-After"] = str(error.retry_after)
    return response


def entry(http: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    """The form with its one input."""
    return render(http, "dsar/receipt_code.html", context, status=status)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def enter(http: HttpRequest) -> HttpResponse:
    """Ask for the code; a code that opens something has an address of its own."""
    if http.method != "POST":
        return private(entry(http))
    typed = http.POST.get("code", "")
    if not typed.strip():
        return private(entry(http, status=422, empty=True))
    try:
        take(use="receipt-code", who=network(http), limit=TRIES, window=WINDOW, at=clock.now())
    except TooMany as error:
        return private(too_many(http, error))
    if find_code(typed) is None:
        return private(entry(http, status=422, wrong=True))
    response = redirect("dsar:receipt_code", code=normal(typed))
    response.status_code = 303
    return private(response)


@require_safe
@behind_code
def show(http: HttpRequest, code: ReceiptCode, text: str, at: datetime) -> HttpResponse:
    """What the session holds, and what can be done about it."""
    language = (get_language() or "en").partition("-")[0]
    context = {
        "code": text,
        "held": held(code.subject_id, language=language if language in LOCALES else "en", at=at),
        "saved": "saved" in http.GET,
        "asked": deletion_asked(code.subject_id),
        "gpc": gpc.note(http, code.subject, at) and gpc.sent(http),
    }
    return render(http, "dsar/receipt_code_page.html", context)


@pressed
def withdraw(http: HttpRequest, code: ReceiptCode, text: str, at: datetime) -> HttpResponse:
    """One press, no question, at once. Pressing again changes nothing."""
    release = release_of(code.subject_id, number(http, "release"))
    piece = release.piece if release.piece else None
    take_back(subject_id=code.subject_id, purpose=release.purpose, piece=piece, actor=PERSON, at=at, how="with the receipt code")
    return back(text)


@pressed
def delete_model(http: HttpRequest, code: ReceiptCode, text: str, at: datetime) -> HttpResponse:
    """Delete one model of this person, and nothing else (D3)."""
    models = Artifact.objects.filter(subject_id=code.subject_id, category=Category.PERSONAL_MODEL, gone_at__isnull=True)
    found = models.filter(pk=number(http, "model")).first()
    if found is not None:
        order(
            subject_id=code.subject_id,
            reason=Order.Reason.REQUEST,
            rule=RULE,
            origin=f"consent:receipt_code:{code.pk}",
            decided_by=PERSON.name,
            actor=PERSON,
            at=at,
            artifacts=[found],
        )
    return back(text)


@pressed
def delete_everything(http: HttpRequest, code: ReceiptCode, _text: str, at: datetime) -> HttpResponse:
    """A request to delete everything, verified by the code. Its reference and status code stand on this page alone."""
    received = receive_with_code(subject_id=code.subject_id, language=get_language() or "en", at=at, actor=PERSON, gpc=gpc.sent(http))
    return render(http, "dsar/receipt_code_done.html", {"asked": asked(received.request), "status_code": received.status_code})


@require_safe
@behind_code
def receipt(http: HttpRequest, code: ReceiptCode, _text: str, _at: datetime, release_id: UUID, form: str) -> HttpResponse:
    """A receipt of this session, as PDF or JSON."""
    return receipt_response(http, release_of(code.subject_id, release_id), form)


def number(http: HttpRequest, name: str) -> UUID:
    """The hidden number of a form. Raises Http404 for what is none."""
    try:
        return UUID(http.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def back(code: str) -> HttpResponse:
    """To the page itself: loading it again sends nothing twice."""
    response = redirect(f"{reverse('dsar:receipt_code', args=[code])}?saved=1")
    response.status_code = 303
    return response
