"""Seal a document: render, sign, store, record."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from compliance.audit.actions import record
from compliance.core import clock
from compliance.core.actor import Actor
from compliance.core.canonical import canonical
from compliance.core.errors import Conflict
from compliance.core.keys import ring
from compliance.evidence import keys, qr
from compliance.evidence.models import Document
from compliance.evidence.queries import newest
from compliance.evidence.render import Page, render
from compliance.evidence.sign import sign


@dataclass(frozen=True)
class _Draft:
    """A document before it is stored."""

    kind: str
    subject_id: UUID | None
    object_id: str
    language: str
    content: Mapping[str, Any]
    proof: Mapping[str, Any] | None
    supersedes: Document | None
    at: datetime

    @property
    def version(self) -> int:
        return self.supersedes.version + 1 if self.supersedes else 1

    @cached_property
    def number(self) -> UUID:
        """128 bits nobody can guess, and the same again after a crash: keyed by the ring, so that a second try is the first."""
        what = canonical([self.kind, self.object_id, self.version, self.language, hashlib.sha256(canonical(self.content)).hexdigest()])
        return UUID(bytes=ring().blind("document", what.decode())[:16], version=4)

    def head(self) -> dict[str, Any]:
        return {
            "number": str(self.number),
            "kind": self.kind,
            "version": self.version,
            "language": self.language,
            "sealed_at": clock.to_text(self.at),
            "supersedes": str(self.supersedes.pk) if self.supersedes else None,
            "check_url": f"{settings.BASE_URL}/verify/{self.number}",
            "operator": settings.OPERATOR_NAME,
        }

    def same_as(self, document: Document) -> bool:
        twin = json.loads(bytes(document.twin))
        return document.language == self.language and canonical(twin["content"]) == canonical(self.content)


def seal(
    *,
    kind: str,
    subject_id: UUID | None,
    object_id: str,
    language: str,
    content: Mapping[str, Any],
    template: str,
    actor: Actor,
    at: datetime,
    proof: Mapping[str, Any] | None = None,
    guard: Callable[[], None] | None = None,
) -> Document:
    """Seal `content` as the next version of the document about `object_id`, and return it.

    The same content again returns the document that is already there, so a repeat after a crash makes no second one.
    Takes seconds and must be called outside a transaction (RuntimeError otherwise); `guard` runs first in the one that stores.
    `content` and `proof` are JSON without floats; `content` holds no personal data. Raises `RenderFailed`, `Conflict` when
    another version was sealed meanwhile, ValueError when the keys are missing.
    """
    with transaction.atomic(durable=True):
        last = newest(kind=kind, object_id=object_id)
    draft = _Draft(kind, subject_id, object_id, language, content, proof, last, at)
    if last and draft.same_as(last):
        return last
    twin = canonical({"document": draft.head(), "content": dict(content), "ledger": dict(proof) if proof else None})
    pdf = _make(draft, twin, template)
    try:
        return _store(draft, twin, pdf, actor, guard)
    except IntegrityError:
        return _the_other_one(draft)


def _make(draft: _Draft, twin: bytes, template: str) -> bytes:
    # The template sees what the twin says, nothing else: paper and data cannot differ.
    context = {**json.loads(twin), "qr": qr.code(draft.head()["check_url"])}
    page = Page(template, context, draft.language, twin, f"{draft.kind}.json", str(draft.number), draft.at)
    return sign(render(page), keys=keys.load(), at=draft.at)


@transaction.atomic(durable=True)
def _store(draft: _Draft, twin: bytes, pdf: bytes, actor: Actor, guard: Callable[[], None] | None) -> Document:
    if guard:
        guard()
    hashes = {"twin_sha256": hashlib.sha256(twin).hexdigest(), "pdf_sha256": hashlib.sha256(pdf).hexdigest()}
    entry = record(
        kind="evidence:document:sealed",
        object_id=str(draft.number),
        actor=actor,
        at=draft.at,
        payload={"kind": draft.kind, "about": draft.object_id, "version": draft.version, **hashes},
        subject_id=draft.subject_id,
    )
    return Document.objects.create(
        id=draft.number,
        kind=draft.kind,
        subject_id=draft.subject_id,
        object_id=draft.object_id,
        version=draft.version,
        supersedes=draft.supersedes,
        language=draft.language,
        twin=twin,
        pdf=pdf,
        sealed_at=draft.at,
        entry=entry,
        **hashes,
    )


def _the_other_one(draft: _Draft) -> Document:
    """Two sealed at once: ours was rolled back. The same content is the same document; another content must look again."""
    last = newest(kind=draft.kind, object_id=draft.object_id)
    if last and draft.same_as(last):
        return last
    raise Conflict("Another version of this document was sealed at the same moment. Try again: yours will follow it.")
