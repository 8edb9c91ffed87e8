"""`POST /access/v1/search/{subject,resource,action}`: who allows it, on what, and what is allowed. Somebody unknown: nothing found.

* subject: references of the people whose release came through the caller's system and allows the action.
* resource: artifacts of a person in the caller's system that may be used for the action; type `artifact`, or a category.
* action: the purposes that a person allows. A run that needs an act of the person is listed; its check still asks for the act.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from compliance.core.errors import FieldError, Malformed
from consent.api.asking import (
    LONGEST_REFERENCE,
    Wrong,
    admit,
    asked_with_post,
    complain,
    object_in,
    optional,
    own_system,
    read,
    reply,
    sender,
    text_in,
)
from consent.queries.check import Asked, KeyFound, check
from consent.queries.usable import Page, allowed_purposes, allowed_subjects, page_of, usable_artifacts
from consent.rules.decisions import without_asking

PERSON = "data_subject"
USUAL, MOST = 100, 1_000


@dataclass(frozen=True)
class Search:
    """What a search is about; what it looks for is empty, whatever was sent there."""

    subject_type: str
    reference: str
    purpose: str
    resource_type: str
    recipient: str | None
    system: str | None
    piece: str
    after: str | None
    limit: int

    @property
    def is_known_person(self) -> bool:
        return self.subject_type == PERSON and len(self.reference) <= LONGEST_REFERENCE


@asked_with_post
def subjects(request: HttpRequest) -> HttpResponse:
    """Whose faces this may be done to."""
    asked, key = _ask(request, {"subject": ("type",), "action": ("name",), "resource": ("type", "id")})
    after = _release(asked.after)
    if asked.subject_type != PERSON or without_asking(asked.purpose):
        return _found((), None)
    page = allowed_subjects(
        purpose=asked.purpose, system=key.system, recipient=asked.recipient, piece=asked.piece, after=after, limit=asked.limit
    )
    return _found(({"type": PERSON, "id": name} for name in page.results), page.then)


@asked_with_post
def resources(request: HttpRequest) -> HttpResponse:
    """What of one person this may be done to."""
    asked, key = _ask(request, {"subject": ("type", "id"), "action": ("name",), "resource": ("type",)})
    names: list[str] = []
    if asked.is_known_person and without_asking(asked.purpose) is None:
        names = usable_artifacts(
            reference=asked.reference,
            purpose=asked.purpose,
            kind=asked.resource_type,
            system=key.system,
            recipient=asked.recipient,
            piece=asked.piece,
        )
    page = page_of(names, after=asked.after, limit=asked.limit)
    return _found(({"type": asked.resource_type, "id": name} for name in page.results), page.then)


@asked_with_post
def actions(request: HttpRequest) -> HttpResponse:
    """What may be done to the face of one person."""
    asked, _key = _ask(request, {"subject": ("type", "id"), "resource": ("type", "id")})
    names: list[str] = []
    if asked.is_known_person:
        names = allowed_purposes(reference=asked.reference, recipient=asked.recipient, piece=asked.piece)
    page: Page = page_of(names, after=asked.after, limit=asked.limit)
    return _found(({"name": name} for name in page.results), page.then)


def _ask(request: HttpRequest, needed: Mapping[str, tuple[str, ...]]) -> tuple[Search, KeyFound]:
    """The search, and the key that asks it; raises what a check raises."""
    prefix, secret = sender(request)
    asked = read(request, lambda body: _search(body, needed))
    key = admit(check([Asked(None, "")], prefix=prefix).key, secret)
    own_system(asked.system, key)
    return asked, key


def _search(body: Mapping[str, Any], needed: Mapping[str, tuple[str, ...]]) -> Search:
    wrong: Wrong = []
    context, page = object_in(body, "context", wrong), object_in(body, "page", wrong)
    said = {(part, name): text_in(body, part, name, wrong) for part, names in needed.items() for name in names}
    made = Search(
        subject_type=said.get(("subject", "type"), ""),
        reference=said.get(("subject", "id"), ""),
        purpose=said.get(("action", "name"), ""),
        resource_type=said.get(("resource", "type"), ""),
        recipient=optional(context, "recipient", wrong),
        system=optional(context, "system", wrong),
        piece=optional(context, "piece", wrong) or "",
        after=_after(page.get("token"), wrong),
        limit=_limit(page.get("limit"), wrong),
    )
    complain(wrong)
    return made


def _after(token: Any, wrong: Wrong) -> str | None:
    """The place that a token of ours names; an empty one is the beginning."""
    if token in (None, ""):
        return None
    try:
        return base64.urlsafe_b64decode(token.encode("ascii")).decode()
    except (AttributeError, ValueError, binascii.Error):
        wrong.append(FieldError("/page/token", "the next_token of an answer of this service"))
        return None


def _limit(limit: Any, wrong: Wrong) -> int:
    if limit is None:
        return USUAL
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        wrong.append(FieldError("/page/limit", f"a whole number from 1 to {MOST}"))
        return USUAL
    return min(limit, MOST)


def _release(after: str | None) -> UUID | None:
    try:
        return UUID(after) if after else None
    except ValueError:
        raise Malformed("This token is not of this search.", [FieldError("/page/token", "the next_token of an answer")]) from None


def _found(results: Iterable[Mapping[str, str]], then: str | None) -> HttpResponse:
    listed = list(results)
    token = base64.urlsafe_b64encode(then.encode()).decode() if then else ""
    return reply({"results": listed, "page": {"next_token": token, "count": len(listed)}})
