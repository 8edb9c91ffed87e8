"""What the signing page shows: the text to sign or what was signed, and each separate choice."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from compliance.core.errors import EffaceError
from compliance.core.taxonomy import TRAINING_PURPOSES, Purpose
from compliance.subjects.models import Subject
from consent.actions import LinkEnded
from consent.actions.grant import NotShared
from consent.models import ReleaseLink
from consent.pages import gpc, words
from consent.pages.form import BoxShown, Form, blank, refused_form
from consent.pages.receipt import code_context
from consent.pages.text import sections
from consent.queries.links import Box, Page, in_force, owner_of, page_of
from consent.rules.sharing import withheld


def show(
    request: HttpRequest,
    link: ReleaseLink,
    secret: str,
    at: datetime,
    *,
    refused: EffaceError | None = None,
    purpose: str = "",
) -> HttpResponse:
    """The page of a link now; `refused` is why the form of `purpose` was not taken."""
    page = page_of(link, at, words.locale())
    if page is None:
        raise LinkEnded("This link was used, or it ran out.")
    signal = _signal(request, link, page, at)
    # What was typed goes back into the one form it came from.
    refusals = {purpose: refused} if refused else {}
    boxes = [_box(request, page, box, at, refusals) for box in page.boxes]
    context: dict[str, Any] = {
        "page": page,
        "secret": secret,
        "owner": owner_of(link),
        "gpc": signal,
        "refused": refused,
        "refused_box": _id(purpose),
        "form": _form(request, page, at, refusals),
        "boxes": boxes,
        "words": words.of_purpose(link.purpose),
        "training_off": link.purpose == Purpose.FACE_SCAN and TRAINING_PURPOSES.isdisjoint(box.purpose for box in page.boxes),
        **(_signed(page, secret, at) if page.notice is None else {}),
    }
    template = "consent/sign.html" if page.notice else "consent/signed.html"
    return render(request, template, context, status=refused.status if refused else 200)


def _signal(request: HttpRequest, link: ReleaseLink, page: Page, at: datetime) -> bool:
    """Note what the browser says about sale and sharing. While it holds, nobody is asked to share."""
    signal = gpc.note(request, Subject.objects.get(pk=owner_of(link)), at)
    if signal and page.notice and not page.release and withheld(link.purpose):
        raise NotShared(_("Your browser asks us not to share your data (Global Privacy Control). So nothing to share is asked here."))
    return signal


def _form(request: HttpRequest, page: Page, at: datetime, refusals: dict[str, EffaceError]) -> Form | None:
    if page.notice is None:
        return None
    form, error = blank(page, page.notice, "", at), refusals.get(page.link.purpose)
    return refused_form(form, request, error) if error else form


def _box(request: HttpRequest, page: Page, box: Box, at: datetime, refusals: dict[str, EffaceError]) -> BoxShown:
    # Of one purpose more than one release may hold: each named piece has its own.
    name = _id(box.purpose if box.notice or box.release is None else f"{box.purpose}-{box.release.pk}")
    form, error = blank(page, box.notice, f"{name}-", at) if box.notice else None, refusals.get(box.purpose)
    return BoxShown(box, name, words.of_purpose(box.purpose), refused_form(form, request, error) if form and error else form)


def _id(purpose: str) -> str:
    """An element id: a colon would have to be escaped in a selector."""
    return purpose.replace(":", "-")


def _signed(page: Page, secret: str, at: datetime) -> dict[str, Any]:
    code = code_context(secret, page.link)
    if page.release is None:
        return dict(code)
    role = page.release.signer_role
    return {
        **code,
        "signed_text": sections(page.release.notice.body),
        "role_words": words.of_role(role) if role != "self" else "",
        "nothing_else": not in_force(page.release.subject_id, at).exclude(pk=page.release.pk).exists(),
    }
