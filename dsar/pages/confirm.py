"""The page behind the link in the mail. Looking at it confirms nothing: mail scanners look too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import NotFound
from dsar import actions
from dsar.models import Request
from dsar.pages.grants import grant
from dsar.rules.codes import CONFIRM_LIFE, hashed


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(http: HttpRequest, secret: str) -> HttpResponse:
    """GET shows a button, POST confirms and opens the status page."""
    response = press(http, secret) if http.method == "POST" else look(http, secret)
    # The address holds a secret: no other page may learn it. Not `no-referrer`: browsers then send `Origin: null` with the
    # form, which Django's protection against forged forms rightly refuses. This one sends the host and never the path.
    response["Referrer-Policy"] = "strict-origin"
    response["Cache-Control"] = "no-store"
    return response


def look(http: HttpRequest, secret: str) -> HttpResponse:
    oldest = clock.now() - CONFIRM_LIFE
    live = Request.objects.filter(confirm_hash=hashed(secret), received_at__gt=oldest).exists()
    return render(http, "dsar/confirm.html") if live else gone(http)


def press(http: HttpRequest, secret: str) -> HttpResponse:
    try:
        request = actions.confirm(secret=secret, actor=PERSON, at=clock.now())
    except NotFound:
        return gone(http)
    grant(http, request, fresh=True)
    return redirect("dsar:status", code=request.code)


def gone(http: HttpRequest) -> HttpResponse:
    """Used, too old or never sent: the same page."""
    return render(http, "dsar/link_gone.html", status=410)
