"""Checkpoints as C2SP signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), signed with Ed25519.

Key texts are those of the Go module sumdb/note, so that tools nobody here wrote can read them:
public `name+keyid+base64(0x01 || key)`, private `PRIVATE+KEY+name+keyid+base64(0x01 || seed)`.
"""

import base64
import binascii
import os
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_FILE = "ledger.key"
PUBLIC_FILE = "ledger.pub"

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_SIGNATURE = "— "
# A note from outside is read whole before it is trusted: keep that cheap.
_MAX_NOTE = 1_000_000


class NoteInvalid(Exception):
    """The text is not a note, not a checkpoint, or not signed by the key that was asked for."""


@dataclass(frozen=True)
class Verifier:
    """A public key and the name it signs under."""

    name: str
    key: Ed25519PublicKey

    @classmethod
    def read(cls, text: str) -> "Verifier":
        """Parse `name+keyid+base64`; raises `NoteInvalid`."""
        name, key_id, raw = _key_parts(text.strip())
        verifier = cls(name, _public(raw))
        if verifier.key_id.hex() != key_id:
            raise NoteInvalid("The key id does not belong to this key.")
        return verifier

    @property
    def raw(self) -> bytes:
        return _ED25519 + self.key.public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """SHA-256 over name, newline, algorithm and key; the first 4 bytes."""
        return sha256(self.name.encode() + b"\n" + self.raw).digest()[:4]

    def text(self) -> str:
        """The public key as one line without a newline."""
        return f"{self.name}+{self.key_id.hex()}+{_b64(self.raw)}"


@dataclass(frozen=True)
class Signer:
    """A private key and the name it signs under. The name is the ledger's origin and never changes."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def read(cls, text: str) -> "Signer":
        """Parse the private key text; raises `NoteInvalid`."""
        text = text.strip()
        if not text.startswith(_PRIVATE):
            raise NoteInvalid("This is not a private key of a note.")
        name, key_id, raw = _key_parts(text.removeprefix(_PRIVATE))
        signer = cls(name, Ed25519PrivateKey.from_private_bytes(raw[1:]))
        if signer.verifier().key_id.hex() != key_id:
            raise NoteInvalid("The key id does not belong to this key.")
        return signer

    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key())

    def text(self) -> str:
        """The private key as one line without a newline. A secret."""
        return f"{_PRIVATE}{self.name}+{self.verifier().key_id.hex()}+{_b64(_ED25519 + self.key.private_bytes_raw())}"


@dataclass(frozen=True)
class SignedRoot:
    """What a checkpoint says: the first `size` entries of the ledger `origin` have this `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes


def sign(text: str, signer: Signer) -> str:
    """The note: `text`, which ends in a newline, a blank line, and one signature line."""
    _check_text(text)
    signature = signer.key.sign(text.encode())
    return f"{text}\n{_SIGNATURE}{signer.name} {_b64(signer.verifier().key_id + signature)}\n"


def verify(note: str, verifier: Verifier) -> str:
    """The signed text of a note; raises `NoteInvalid` unless this key signed it. Signatures of other keys are passed over."""
    text, found, lines = note.rpartition("\n\n")
    text += "\n"
    if len(note) > _MAX_NOTE or not found or not lines.endswith("\n"):
        raise NoteInvalid("This is not a signed note.")
    _check_text(text)
    signatures = [_signature(line) for line in lines[:-1].split("\n")]
    mine = [raw[4:] for name, raw in signatures if name == verifier.name and raw[:4] == verifier.key_id]
    if len(mine) != 1:
        raise NoteInvalid("The note is not signed by this key.")
    try:
        verifier.key.verify(mine[0], text.encode())
    except InvalidSignature:
        raise NoteInvalid("The signature does not belong to this text.") from None
    return text


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The body of a checkpoint: origin, size, root."""
    return f"{origin}\n{size}\n{_b64(root)}\n"


def sign_checkpoint(size: int, root: bytes, signer: Signer) -> str:
    """A signed checkpoint of the ledger that bears the signer's name."""
    return sign(checkpoint_text(signer.name, size, root), signer)


def verify_checkpoint(note: str, verifier: Verifier) -> SignedRoot:
    """Verify a checkpoint and read it; raises `NoteInvalid`. Its origin must be the name of the key."""
    lines = verify(note, verifier).split("\n")
    if len(lines) < 4 or lines[0] != verifier.name:
        raise NoteInvalid("This is not a checkpoint of this ledger.")
    if not (lines[1].isascii() and lines[1].isdigit() and str(int(lines[1])) == lines[1]):
        raise NoteInvalid("The size of the checkpoint is not a number.")
    root = _unb64(lines[2])
    if len(root) != 32:
        raise NoteInvalid("The root of the checkpoint is not a SHA-256 hash.")
    return SignedRoot(lines[0], int(lines[1]), root)


def create(folder: Path, name: str) -> list[Path]:
    """Write `ledger.key` (0600) and `ledger.pub` where they are missing; returns what was written. Never overwrites a key."""
    written: list[Path] = []
    if not (folder / KEY_FILE).exists():
        signer = Signer(name, Ed25519PrivateKey.generate())
        _key_parts(signer.text().removeprefix(_PRIVATE))
        _write(folder / KEY_FILE, signer.text(), 0o600)
        written.append(folder / KEY_FILE)
    if not (folder / PUBLIC_FILE).exists():
        _write(folder / PUBLIC_FILE, load_signer(folder).verifier().text(), 0o644)
        written.append(folder / PUBLIC_FILE)
    return written


def load_signer(folder: Path) -> Signer:
    """The ledger's private key in `folder`; raises `NoteInvalid` with a remedy."""
    return Signer.read(_read(folder / KEY_FILE))


def load_verifier(path: Path) -> Verifier:
    """A public key from its file; raises `NoteInvalid` with a remedy."""
    return Verifier.read(_read(path))


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise NoteInvalid(f"The key file {path.name} cannot be read ({type(error).__name__}). `manage.py make_keys` writes one.") from None


def _write(path: Path, text: str, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(ord(sign) < 32 and sign != "\n" for sign in text):
        raise NoteInvalid("A note ends in a newline and holds no control characters.")


def _check_name(name: str) -> None:
    if not name or "+" in name or any(sign.isspace() for sign in name):
        raise NoteInvalid("The name of a key has no spaces and no plus sign.")


def _key_parts(text: str) -> tuple[str, str, bytes]:
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    _check_name(name)
    raw = _unb64(encoded)
    if len(raw) != 33 or raw[:1] != _ED25519:
        raise NoteInvalid("This is not an Ed25519 key of a note.")
    return name, key_id, raw


def _public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw[1:])


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_SIGNATURE).partition(" ")
    if not line.startswith(_SIGNATURE):
        raise NoteInvalid("A line of the signatures cannot be read.")
    _check_name(name)
    raw = _unb64(encoded)
    if len(raw) < 5:
        raise NoteInvalid("A signature is too short.")
    return name, raw


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _unb64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteInvalid("A part that must be base64 is not.") from None
