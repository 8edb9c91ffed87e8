"""Encryption under a subject's key, the key ring that wraps those keys, and the blind index.

Primitives come from `cryptography`: AES-256-GCM-SIV for records (a repeated nonce costs nothing but equality), AES-256-GCM
for wrapping, HKDF-SHA256 for derivation, HMAC-SHA256 for look-ups. See docs/vault.md.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
KEY = 32


class SealBroken(Exception):
    """The bytes were not sealed with this key for this place: wrong key, wrong record, or tampered with."""


def derive(key: bytes, label: str) -> bytes:
    """A 32-byte key for one use, HKDF-SHA256."""
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=label.encode()).derive(key)


@dataclass(frozen=True)
class Sealer:
    """A subject's unwrapped key. `place` is `model.field:pk`: a sealed value moved to another row does not open."""

    subject_id: UUID
    key: bytes = field(repr=False)

    def seal(self, place: str, text: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + AESGCMSIV(derive(self.key, "record")).encrypt(nonce, text.encode(), place.encode())

    def open(self, place: str, sealed: bytes) -> str:
        try:
            return AESGCMSIV(derive(self.key, "record")).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode()).decode()
        except InvalidTag:
            raise SealBroken(place) from None

    def salt(self, place: str) -> bytes:
        """The salt of a ledger commitment: computable only while the key lives."""
        return derive(self.key, f"salt:{place}")


@dataclass(frozen=True)
class KeyRing:
    """The key-encryption keys by epoch, and the key of the blind index. Lives outside the database and its backups."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "KeyRing":
        """Read `{"current": "1", "keys": {"1": "<base64>"}, "index": "<base64>"}`; raises ValueError that says what is wrong."""
        try:
            raw = json.loads(path.read_text())
            keys = {str(name): base64.b64decode(value) for name, value in raw["keys"].items()}
            ring = cls(current=str(raw["current"]), keys=keys, index=base64.b64decode(raw["index"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"The key file cannot be read ({type(error).__name__}). `manage.py make_keys` writes one.") from None
        if ring.current not in ring.keys or any(len(key) != KEY for key in (*ring.keys.values(), ring.index)):
            raise ValueError("The key file must hold 32-byte keys and name one of them as current.")
        return ring

    @staticmethod
    def create(path: Path) -> None:
        """Write a new ring, readable by its owner only. Never overwrites."""
        ring = {"current": "1", "keys": {"1": _b64(secrets.token_bytes(KEY))}, "index": _b64(secrets.token_bytes(KEY))}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(ring, file)

    def new_key(self, subject_id: UUID) -> tuple[bytes, str]:
        """A fresh subject key, wrapped, and the epoch that wraps it."""
        return self._wrap(secrets.token_bytes(KEY), subject_id), self.current

    def unwrap(self, wrapped: bytes, epoch: str, subject_id: UUID) -> Sealer:
        try:
            key = AESGCM(self.keys[epoch]).decrypt(wrapped[:NONCE], wrapped[NONCE:], subject_id.bytes)
        except (InvalidTag, KeyError):
            raise SealBroken(f"subject key of epoch {epoch}") from None
        return Sealer(subject_id, key)

    def _wrap(self, key: bytes, subject_id: UUID) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self.keys[self.current]).encrypt(nonce, key, subject_id.bytes)

    def blind(self, use: str, text: str) -> bytes:
        """A keyed look-up value, 32 bytes: equal texts of one use give equal values, nobody without the key can guess."""
        return hmac.new(self.index, f"{use}\0{text}".encode(), hashlib.sha256).digest()


def normal_email(text: str) -> str:
    """The form of an address that look-ups compare: NFKC, trimmed, lower case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()
