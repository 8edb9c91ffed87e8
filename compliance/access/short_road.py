"""The short road for programs that ask the consent check: no session, no cookies, no forms, no pages, so nothing that serves them.

What holds before any view holds here too: a request id and its log line, TLS, the limits on bodies, host names.
"""

import gc
from functools import cache, lru_cache
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, ResolverMatch, resolve

from compliance.access.middleware import GetResponse, LimitsMiddleware

BEGINS = "/access/v1/"


class ShortRoadMiddleware:
    """Answers what begins with `/access/v1/` itself; everything else, and an address that is not there, goes the long way."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.straight = cast(GetResponse, SecurityMiddleware(LimitsMiddleware(view)))
        settle()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.resolver_match = place(request.path_info) if request.path_info.startswith(BEGINS) else None
        return self.straight(request) if request.resolver_match else self.get_response(request)


def view(request: HttpRequest) -> HttpResponse:
    """What stands at the address. Raises `DisallowedHost` (400) for a host name that is not ours, as every page does."""
    request.get_host()
    found = request.resolver_match
    answer: GetResponse = found.func if found else not_there
    return answer(request)


def not_there(_request: HttpRequest) -> HttpResponse:
    raise Resolver404


@cache
def settle() -> None:
    """Load every address now, and let the garbage collector pass by what stays for good, once a process.

    A thousand answers are enough to make it walk over all of the service: that took longer than the answers.
    """
    place(BEGINS)
    gc.collect()
    gc.freeze()


@lru_cache(maxsize=64)
def place(path: str) -> ResolverMatch | None:
    """What stands at a path; remembered, because going through every address of the service costs more than the check's own work."""
    try:
        return resolve(path)
    except Resolver404:
        return None
