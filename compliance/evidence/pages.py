"""The public check page, the public keys, and the one way a document leaves the service."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.core.errors import NotFound
from compliance.evidence import keys, verify
from compliance.evidence.models import Document
from compliance.evidence.queries import by_number, successor

FORMS = {"pdf": ("application/pdf", "pdf"), "json": ("application/json", "twin")}


@require_safe
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Whether a document with this number was sealed, and if it is the newest. Says nothing of any person.

    A number nobody gave out and a text that is no number get the same answer (404).
    """
    document = by_number(number)
    if document is None:
        return render(request, "evidence/unknown.html", status=404)
    return render(request, "evidence/check.html", {"document": document, "newer": successor(document)})


@require_safe
def documents_certificate(_request: HttpRequest) -> HttpResponse:
    """The certificate that document signatures are checked with, PEM."""
    return _public(lambda: keys.certificate().decode())


@require_safe
def ledger_key(_request: HttpRequest) -> HttpResponse:
    """The public key of the ledger's checkpoints, as the Go module sumdb/note writes it."""
    return _public(lambda: verify.ledger_key() + "\n")


def document_response(document: Document, form: str) -> HttpResponse:
    """A document as a download. The caller has checked that whoever asks may have it: a number alone opens nothing.

    `form` is `pdf` or `json`; raises `NotFound` for any other.
    """
    if form not in FORMS:
        raise NotFound("A document comes as pdf or as json.")
    content_type, field = FORMS[form]
    response = HttpResponse(bytes(getattr(document, field)), content_type=content_type)
    response["Content-Language"] = document.language
    response["Content-Disposition"] = f'attachment; filename="{document.kind}-{document.pk}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _public(read: Callable[[], str]) -> HttpResponse:
    try:
        text = read()
    except ValueError:
        raise Http404 from None
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    # Public keys hardly ever change; an hour keeps a change from lingering.
    response["Cache-Control"] = "public, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response
