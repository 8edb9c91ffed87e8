"""The three texts a person holds: a reference to quote, a status code that opens, a link that confirms.

The two secrets are derived with the key ring, which lives outside the database, so that a mail can be written again after
a crash while the database holds their hashes alone.
"""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from uuid import UUID

from compliance.core.keys import ring

# How long the link of the confirmation mail works.
CONFIRM_LIFE = timedelta(days=30)
NOT_IN_CODE = re.compile(r"[^A-Z2-7]")


def new_code() -> str:
    """A reference `EF-XXXX-…` of 128 random bits. It opens nothing alone."""
    return "EF-" + grouped(secrets.token_bytes(16))


def status_code(request_id: UUID) -> str:
    """The code that opens the status page, 128 bits; not stored anywhere."""
    return grouped(ring().blind("dsar.status", str(request_id))[:16])


def confirm_secret(request_id: UUID) -> str:
    """The secret in the link of the confirmation mail, 256 bits; not stored anywhere."""
    return base64.urlsafe_b64encode(ring().blind("dsar.confirm", str(request_id))).decode().rstrip("=")


def hashed(secret: str) -> bytes:
    """SHA-256 suffices: both secrets have 128 bits or more, there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()


def opens(typed: str, stored: bytes) -> bool:
    """Whether a typed status code is the one whose hash is stored, in constant time. Case, spaces and dashes do not count."""
    clean = NOT_IN_CODE.sub("", typed.upper())
    return hmac.compare_digest(hashed(with_dashes(clean)), stored)


def clean_code(typed: str) -> str:
    """A typed reference in the form in which it is stored: `ef xxxx xxxx` and `EF-XXXX-XXXX` are the same."""
    text = re.sub(r"[^A-Z2-7]", "", typed.upper().strip())
    return "EF-" + with_dashes(text.removeprefix("EF"))


def grouped(raw: bytes) -> str:
    return with_dashes(base64.b32encode(raw).decode().rstrip("="))


def with_dashes(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
