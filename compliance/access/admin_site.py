"""The admin site: Django's own, with our theme, a first page that says what is due today, and a limit on signing in."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from compliance.access.actions import take
from compliance.access.caller import network
from compliance.audit.cards import Card
from compliance.core import clock
from compliance.core.errors import TooMany

__all__ = ["ENOUGH", "Card", "EffaceAdminSite"]
# Tries in one window. An office shares one network, so that may try more names than one.
TRIES, TRIES_NETWORK = 10, 30
# For one name from anywhere, against many networks that guess together: out of reach of one, so that an outsider cannot
# lock a named officer out.
TRIES_NAME = 100
WINDOW = timedelta(minutes=15)
# Counting stops here: beyond it the number says nothing more, and the page stays quick.
ENOUGH = 999


class EffaceAdminSite(AdminSite):
    site_header = "Efface"
    site_title = "Efface"
    index_title = "Today"
    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.cards: dict[str, Card] = {}

    def register_cards(self, cards: Iterable[Card]) -> None:
        """Put numbers on the first page. Higher floors bring their own, and theirs come first: people before machinery."""
        self.cards = {str(card.title): card for card in cards} | self.cards

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        at = clock.now()
        shown = [shape(card, at) for card in self.cards.values() if request.user.has_perm(card.permission)]
        return super().index(request, {**(extra_context or {}), "cards": shown})

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """History is to be looked at: simple-history would save an old version on a POST, past every action and its record."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def look_only(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            match = request.resolver_match
            if request.method == "POST" and match and (match.url_name or "").endswith("_simple_history"):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return look_only

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Signing in, with limits for one name from one network, for one network, and for one name from anywhere.

        Counted before anything is looked up: known and unknown names get the same answer after the same number of tries.
        """
        if request.method == "POST":
            try:
                count_try(request)
            except TooMany as error:
                page = render(request, "admin/too_many.html", self.each_context(request), status=429)
                page["Retry-After"] = str(error.retry_after)
                return page
        return super().login(request, extra_context)


def count_try(request: HttpRequest) -> None:
    """Raises `TooMany` beyond the limit."""
    at = clock.now()
    # As Django reads it before it looks the name up: other spellings of one name are not other names.
    name = unicodedata.normalize("NFKC", request.POST.get("username", "")[:1000]).strip().casefold()[:150]
    where = network(request)
    take(use="login-network", who=where, limit=TRIES_NETWORK, window=WINDOW, at=at)
    take(use="login-name-network", who=f"{where} {name}", limit=TRIES, window=WINDOW, at=at)
    take(use="login-name", who=name, limit=TRIES_NAME, window=WINDOW, at=at)


def shape(card: Card, at: datetime) -> dict[str, Any]:
    """A card as its template wants it."""
    count = card.count(at)
    try:
        link = reverse(card.page) + card.filters(at)
    except NoReverseMatch:
        link = ""
    return {"title": card.title, "count": f"{ENOUGH}+" if count > ENOUGH else str(count), "link": link, "alert": card.urgent and count > 0}
