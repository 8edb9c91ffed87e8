"""The status page, for those who hold the status code or came by the link."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from compliance.access.actions import take
from compliance.access.caller import network
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import Conflict, TooMany
from compliance.evidence.models import Document
from compliance.evidence.pages import document_response
from dsar import actions
from dsar.models import Request
from dsar.pages.forms import StatusForm
from dsar.pages.grants import grant, granted, take_fresh
from dsar.queries.certificates import certificates
from dsar.queries.status import status_of
from dsar.rules.codes import clean_code, opens, status_code

TRIES = 20
WINDOW = timedelta(minutes=15)
NO_HASH = bytes(32)


@require_http_methods(["GET", "HEAD", "POST"])
def find(http: HttpRequest) -> HttpResponse:
    """Ask for reference and status code. A wrong code and an unknown reference get the same answer."""
    if http.method != "POST":
        return opening(http, StatusForm(auto_id="%s"))
    form = StatusForm(http.POST, auto_id="%s")
    if not form.is_valid():
        return opening(http, form, status=422)
    try:
        take(use="dsar-status", who=network(http), limit=TRIES, window=WINDOW, at=clock.now())
    except TooMany as error:
        response = opening(http, form, status=429, wait=error.retry_after // 60 + 1)
        response["Retry-After"] = str(error.retry_after)
        return response
    request = Request.objects.filter(code=clean_code(form.cleaned_data["code"])).first()
    fits = opens(form.cleaned_data["status_code"], bytes(request.status_code_hash) if request else NO_HASH)
    if request is None or not fits:
        return opening(http, form, status=422, wrong=True)
    grant(http, request)
    return redirect("dsar:status", code=request.code)


def opening(http: HttpRequest, form: StatusForm, *, status: int = 200, wrong: bool = False, wait: int = 0) -> HttpResponse:
    return render(http, "dsar/find.html", {"form": form, "wrong": wrong, "wait": wait}, status=status)


@require_safe
def status(http: HttpRequest, code: str) -> HttpResponse:
    """Where a request stands. Without a grant: the form, whatever the reference."""
    request = granted(http, code)
    if request is None:
        return opening(http, StatusForm(auto_id="%s", initial={"code": code}))
    shown = status_code(request.pk) if take_fresh(http, request) else ""
    view = status_of(request, certificate=certificate(request))
    return render(http, "dsar/status.html", {"request_code": request.code, "status_code": shown, "view": view})


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(http: HttpRequest, code: str) -> HttpResponse:
    """The person takes the request back, from the status page. Loading the address again takes nothing back."""
    if http.method != "POST":
        return redirect("dsar:status", code=code)
    request = granted(http, code)
    if request is None:
        raise Http404
    try:
        actions.withdraw_by_person(request_id=request.pk, actor=PERSON, at=clock.now())
    except Conflict:
        return render(http, "dsar/too_late.html", {"request_code": request.code}, status=409)
    return redirect("dsar:status", code=code)


@require_safe
def download(http: HttpRequest, code: str, form: str) -> HttpResponse:
    """The newest certificate, as PDF or JSON."""
    request = granted(http, code)
    document = certificate(request) if request else None
    if document is None:
        raise Http404
    return document_response(document, form)


def certificate(request: Request) -> Document | None:
    """The newest certificate of the request's order, if there is one."""
    return certificates(request.order_id).first() if request.order_id else None
