"""The public notice: what a visitor should know before uploading anything (C11). Same for everybody, so any cache may keep it.

No cookie is read or set, nothing of a person is in it, and the language comes from the address or the browser's own header.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_safe

from compliance.core import clock
from compliance.core.taxonomy import Purpose
from consent.models import Notice
from consent.pages.text import sections
from consent.queries import NotPublished, current_notice
from consent.rules import notices, texts
from consent.rules.notices import BULLET

SCHEMA = "efface-notice/1"
# Short enough that a new text is seen the same hour; while a cache keeps the old one, signing shows the new one all the same.
LIFE = 300
LIFE_OF_NONE = 60
# What a page must carry of the notice: what is collected, why, how long, who receives it. The first section says that one decides.
ANSWERS = {"what": 1, "why": 2, "how_long": 3, "who": 4}


@require_safe
def as_page(request: HttpRequest) -> HttpResponseBase:
    """The four answers in the visitor's language, and the whole text below them."""
    locale = language_of(request)
    with translation.override(locale):
        notice = published(locale)
        words = {name: texts.say(locale, f"page.{name}") for name in ("title", "lead", "whole", "none.title", "none")}
        words = {name.replace(".", "_"): text for name, text in words.items()}
        if notice is None:
            return public(request, render(request, "consent/notice_none.html", {"words": words}, status=404), locale)
        parts = sections(notice.body)
        context = {"notice": notice, "words": words, "answers": [parts[place] for place in ANSWERS.values()], "sections": parts}
        return public(request, render(request, "consent/notice.html", context), locale)


@require_safe
def as_json(request: HttpRequest) -> HttpResponseBase:
    """The same for programs: the facts, and the sentences that are shown."""
    locale = language_of(request)
    notice = published(locale)
    if notice is None:
        return public(request, JsonResponse({"schema": SCHEMA, "published": False}, status=404), locale)
    return public(request, JsonResponse(answers_of(notice), json_dumps_params={"ensure_ascii": False}), locale)


def published(locale: str) -> Notice | None:
    try:
        return current_notice(Purpose.FACE_SCAN, locale)
    except NotPublished:
        return None


def answers_of(notice: Notice) -> dict[str, Any]:
    """The four answers as data. Ends are triggers with ISO 8601 durations; `text` holds the sentences that a person reads."""
    facts, locale, parts = notice.facts, notice.locale, sections(notice.body)
    kept = [
        {
            "category": one["category"],
            "words": texts.category_words(one["category"], locale),
            "until": one["ends"],
            "until_words": [texts.end_words(end, locale) for end in one["ends"]],
        }
        for one in facts["kept"]
    ]
    text = {name: [line.removeprefix(BULLET) for block in parts[place].blocks for line in block] for name, place in ANSWERS.items()}
    return {
        "schema": SCHEMA,
        "published": True,
        # What `POST /api/v1/releases` asks for; `text` is what a person must be shown, to the character.
        "id": str(notice.pk),
        "locale": locale,
        "text_sha256": notice.hash,
        "title": notice.title,
        "text": notice.body,
        "intent": notices.intent(notice.purpose, locale),
        "operator": facts["who"]["operator"],
        "language": locale,
        "version": notice.version,
        "hash": notice.hash,
        "published_at": clock.to_text(notice.published_at) if notice.published_at else None,
        "what": {"categories": kept, "text": text["what"]},
        "why": {"purpose": notice.purpose, "words": texts.purpose_words(notice.purpose, locale), "text": text["why"]},
        "how_long": {"term": notice.term, "backups": facts["backup_age"] or None, "text": text["how_long"]},
        "who": {"recipients": [{"id": one["slug"], "name": one["name"]} for one in facts["recipients"]], "text": text["who"]},
        "page": f"{settings.BASE_URL}/notice?lang={locale}",
    }


def language_of(request: HttpRequest) -> str:
    """The language that the address asks for, else the first of the browser's that we have, else English."""
    asked = request.GET.get("lang", "")
    if asked in texts.LOCALES:
        return asked
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200])
    return next((code.partition("-")[0] for code, _ in wanted if code.partition("-")[0] in texts.LOCALES), texts.LOCALES[0])


def public(request: HttpRequest, response: HttpResponse, locale: str) -> HttpResponseBase:
    """Let any cache keep the answer, and answer 304 to whoever has it already."""
    response["Cache-Control"] = f"public, max-age={LIFE if response.status_code == 200 else LIFE_OF_NONE}"
    response["Content-Language"] = locale
    patch_vary_headers(response, ["Accept-Language"])
    if response.status_code != 200:
        return response
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
