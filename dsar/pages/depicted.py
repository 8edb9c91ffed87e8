"""Somebody else uploaded my face: a form for the person in the picture. It never asks for a face, and its answer is the same for all."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from compliance.access.actions import take
from compliance.access.caller import network
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import TooMany
from consent.pages import gpc
from dsar.actions import receive_depicted
from dsar.pages.ask import ASKS, WINDOW, minutes
from dsar.pages.forms import DepictedForm


@require_http_methods(["GET", "HEAD", "POST"])
def ask(http: HttpRequest) -> HttpResponse:
    """Show the form, or take a request in and send everybody to the same page as the other form does."""
    if http.method != "POST":
        return render(http, "dsar/depicted.html", {"form": DepictedForm(auto_id="%s")})
    form = DepictedForm(http.POST, auto_id="%s")
    if not form.is_valid():
        return render(http, "dsar/depicted.html", {"form": form}, status=422)
    at = clock.now()
    try:
        take(use="dsar-ask", who=network(http), limit=ASKS, window=WINDOW, at=at)
    except TooMany as error:
        response = render(http, "dsar/depicted.html", {"form": form, "wait": minutes(error)}, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    # The honeypot: a program hears what a person would hear, and nothing is kept.
    if not form.cleaned_data["website"]:
        take_in(form, at, signal=gpc.sent(http))
    return redirect("dsar:sent")


def take_in(form: DepictedForm, at: datetime, *, signal: bool) -> None:
    receive_depicted(
        where=form.cleaned_data["where"],
        email=form.cleaned_data["email"],
        residence=form.cleaned_data["residence"],
        language=get_language() or "en",
        gpc=signal,
        at=at,
        actor=PERSON,
    )
