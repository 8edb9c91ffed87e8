"""Canonical JSON (RFC 8785) and its hash: the only form of JSON that is ever hashed or signed here."""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785


def canonical(value: Mapping[str, Any] | list[Any]) -> bytes:
    """The RFC 8785 bytes of a JSON value. Raises `rfc8785.CanonicalizationError` on what JSON cannot say."""
    return rfc8785.dumps(value)


def digest(value: Mapping[str, Any] | list[Any]) -> bytes:
    """SHA-256 over the canonical bytes, 32 bytes."""
    return hashlib.sha256(canonical(value)).digest()
