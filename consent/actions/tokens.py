"""Sign what others verify offline: decisions and training snapshots, as compact JWS (RFC 7515, RFC 8037)."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.evidence import token_keys

DECISION = "consent-decision+jwt"
SNAPSHOT = "training-snapshot+jwt"
ENCODER = json.JSONEncoder(separators=(",", ":"))


def signed(payload: Mapping[str, Any], typ: str) -> str:
    """A compact JWS (EdDSA) over `payload`; `typ` says what it is, so that one kind is never taken for another.

    Raises ValueError where the key is missing.
    """
    keys = token_keys.load()
    said = f"{_header(keys.kid, typ)}.{token_keys.text(ENCODER.encode(payload).encode())}"
    return f"{said}.{token_keys.text(keys.signer.sign(said.encode()))}"


def public_keys() -> dict[str, list[dict[str, str]]]:
    """The JWK set of every key that ever signed, newest first."""
    return token_keys.load().public


@transaction.atomic
def rotate(*, actor: Actor, at: datetime) -> str:
    """A new key signs from now on, in every worker; what older keys signed still verifies. Returns the new key's id."""
    kid = token_keys.rotate(Path(settings.SIGNING_DIR))
    record(kind="consent:decision_key:rotated", object_id=kid, actor=actor, at=at, payload={})
    return kid


@lru_cache(maxsize=16)
def _header(kid: str, typ: str) -> str:
    return token_keys.text(ENCODER.encode({"alg": "EdDSA", "typ": typ, "kid": kid}).encode())
