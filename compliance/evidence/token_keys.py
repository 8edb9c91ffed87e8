"""The keys that sign decisions and snapshots: Ed25519, in one file of EFFACE_SIGNING_DIR.

The newest signs; the public half of every older one stays, because a snapshot is verified years later. One file, replaced as a
whole: no process ever sees a new key without its public half. Workers notice a new file by its inode and time.
"""

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

NAME = "decisions.json"
LOCK = "decisions.lock"


class KeyMissing(ValueError):
    """There is no key to sign with: nothing is answered that would need one."""


@dataclass(frozen=True)
class TokenKeys:
    """`kid` and `signer` of the key that signs now; `public` is the JWK set (RFC 7517) of all keys, newest first."""

    kid: str
    signer: Ed25519PrivateKey = field(repr=False)
    public: dict[str, list[dict[str, str]]]


def create(folder: Path) -> bool:
    """Write the first key where there is none; returns whether it did. Never overwrites; safe to repeat."""
    with _alone(folder):
        if (folder / NAME).exists():
            return False
        _write(folder, [_new()])
        return True


def rotate(folder: Path) -> str:
    """A new key signs from now on; the private half of the old one is gone for good. Returns the new key's id."""
    with _alone(folder):
        old = [_public(key) for key in _read(folder / NAME)]
        made = _new()
        _write(folder, [made, *old])
        return made["kid"]


def load() -> TokenKeys:
    """The keys of `settings.SIGNING_DIR` as they are now; the file is read again only when it was replaced.

    Raises `KeyMissing` with the remedy where there is none.
    """
    path = f"{settings.SIGNING_DIR}/{NAME}"
    try:
        # For every allowance: a path object alone costs more than the question.
        found = os.stat(path)  # noqa: PTH116  # as said
    except FileNotFoundError:
        raise KeyMissing("The key that signs decisions is missing. `manage.py make_keys` writes one.") from None
    return _load(path, found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=2)
def _load(path: str, _inode: int, _changed: int) -> TokenKeys:
    keys = _read(Path(path))
    signer = Ed25519PrivateKey.from_private_bytes(_bytes(keys[0]["d"]))
    return TokenKeys(keys[0]["kid"], signer, {"keys": [_public(key) for key in keys]})


def _new() -> dict[str, str]:
    key = Ed25519PrivateKey.generate()
    point = {"crv": "Ed25519", "kty": "OKP", "x": text(key.public_key().public_bytes_raw())}
    # RFC 7638: the id says which key it is, wherever it is kept.
    kid = text(hashlib.sha256(rfc8785.dumps(point)).digest())
    return {**point, "kid": kid, "alg": "EdDSA", "use": "sig", "d": text(key.private_bytes_raw())}


def _public(key: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in key.items() if name != "d"}


def _read(path: Path) -> list[dict[str, str]]:
    try:
        raw: dict[str, Any] = json.loads(path.read_text())
        keys: list[dict[str, str]] = raw["keys"]
        keys[0]["d"], keys[0]["kid"]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise KeyMissing(f"{NAME} cannot be read ({type(error).__name__}). `manage.py make_keys` writes one.") from None
    return keys


def _write(folder: Path, keys: list[dict[str, str]]) -> None:
    """Write aside and rename: half-made is never mistaken for made."""
    aside = folder / f".{NAME}.{os.getpid()}"
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"keys": keys}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(folder / NAME)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One change at a time, over all processes of this machine."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def text(raw: bytes) -> str:
    """base64url without padding, as JOSE writes bytes."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
