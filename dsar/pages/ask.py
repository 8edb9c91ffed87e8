"""The form: ask to delete everything. The answer is one page, the same for everybody."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from compliance.access.actions import take
from compliance.access.caller import network
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import TooMany
from consent.pages import gpc
from dsar.actions import receive
from dsar.models import Request
from dsar.pages.forms import DeleteForm

ASKS = 10
WINDOW = timedelta(hours=1)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(http: HttpRequest) -> HttpResponse:
    """Show the form, or take a request in and send everybody to the same page."""
    if http.method != "POST":
        return render(http, "dsar/ask.html", {"form": DeleteForm(auto_id="%s")})
    form = DeleteForm(http.POST, auto_id="%s")
    if not form.is_valid():
        return render(http, "dsar/ask.html", {"form": form}, status=422)
    at = clock.now()
    try:
        take(use="dsar-ask", who=network(http), limit=ASKS, window=WINDOW, at=at)
    except TooMany as error:
        response = render(http, "dsar/ask.html", {"form": form, "wait": minutes(error)}, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    # The honeypot: a program hears what a person would hear, and nothing is kept.
    if not form.cleaned_data["website"]:
        take_in(form, at, gpc=gpc.sent(http))
    return redirect("dsar:sent")


def take_in(form: DeleteForm, at: datetime, *, gpc: bool) -> None:
    receive(
        reference=form.cleaned_data["reference"],
        email=form.cleaned_data["email"],
        residence=form.cleaned_data["residence"],
        channel=Request.Channel.FORM,
        language=get_language() or "en",
        gpc=gpc,
        at=at,
        actor=PERSON,
    )


def minutes(error: TooMany) -> int:
    return error.retry_after // 60 + 1


@require_safe
def sent(http: HttpRequest) -> HttpResponse:
    """Check your mail. Holds nothing about the request, so it cannot tell a known reference from an unknown one."""
    return render(http, "dsar/sent.html")
