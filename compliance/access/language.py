"""Which language a public page speaks: the one just chosen, else the one chosen before, else the browser's.

A middleware of our own: the check and the API pay one look at the path, and officers' pages stay in English.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]
ASKED = "lang"
COOKIE_LIFE = 365 * 24 * 3600
# Programs, officers and files: one language.
ONE_LANGUAGE = ("/api/", "/access/", "/admin/", "/.well-known/", "/static/", "/healthz", "/readyz")
# Finds its language by itself, without a cookie: any cache may keep it.
FOR_CACHES = ("/notice",)


class LanguageMiddleware:
    """Activates the language of a page for its time, names it in the answer, and remembers a choice in a cookie that holds nothing else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ONE_LANGUAGE + FOR_CACHES):
            return self.get_response(request)
        choice = asked(request)
        with translation.override(choice or translation.get_language_from_request(request)):
            response = self.get_response(request)
            # A document names its own: a certificate stays as it was sealed.
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if choice:
            remember(response, choice)
        return response


def asked(request: HttpRequest) -> str | None:
    """The language that this very request chooses."""
    return _known(request.GET.get(ASKED))


def chosen(request: HttpRequest) -> str | None:
    """The language that the person chose, now or before; None leaves it to the browser, or to who sent them here."""
    return asked(request) or _known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))


def _known(code: str | None) -> str | None:
    return code if code in dict(settings.LANGUAGES) else None


def remember(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=COOKIE_LIFE, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )


def choices(request: HttpRequest) -> list[dict[str, str]]:
    """The same page in each language: code, own name and address. Empty where a page has one language only."""
    if request.path.startswith(ONE_LANGUAGE):
        return []
    query = request.GET.copy()
    found = []
    for code, name in settings.LANGUAGES:
        query[ASKED] = code
        found.append({"code": code, "name": str(name), "address": f"?{query.urlencode()}"})
    return found
