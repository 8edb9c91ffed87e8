"""What was signed, shown again years later: the exact bytes, and whether they are still what the signature names."""

import base64
import hashlib

from compliance.core.errors import EffaceError
from compliance.subjects.queries import sealer
from consent.models import Paper, Release
from consent.rules.notices import digest, exact


class TextBroken(EffaceError):
    """The stored text is not the one whose hash was signed. Somebody changed the database."""

    code = "text-broken"


def document_of(release: Release) -> bytes:
    """The exact bytes that were shown and signed, UTF-8. Raises `TextBroken` when their SHA-256 is not the one on the release."""
    notice = release.notice
    if not release.text_hash == notice.hash == digest(notice.title, notice.body):
        raise TextBroken("The text of this release is not what was signed. Compare it with a backup, and tell whoever keeps the ledger.")
    return exact(notice.title, notice.body)


def content_of(paper: Paper) -> bytes:
    """The exact bytes of a paper. Raises `KeyDestroyed` after an erasure, `TextBroken` when they are not what was handed in."""
    content = base64.b64decode(sealer(paper.subject_id).open(f"consent.paper:{paper.pk}", bytes(paper.sealed)))
    if hashlib.sha256(content).hexdigest() != paper.sha256:
        raise TextBroken("This paper is not what was handed in.")
    return content
