"""The key that seals documents: P-256 with a self-signed certificate that anybody may have."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from django.conf import settings

from compliance.core import clock

KEY_NAME = "documents.key"
CERTIFICATE_NAME = "documents.crt"
# Longer than any document is kept: releases and certificates stay six years (law/rules.md D3).
YEARS = 20


@dataclass(frozen=True)
class DocumentKeys:
    """Where the private key and the certificate are, both PEM. The certificate's bytes are read; the key stays on disk."""

    key_file: Path
    certificate_file: Path
    certificate_pem: bytes


def create(folder: Path) -> None:
    """Write what is missing of `documents.key` (0600) and `documents.crt` into `folder`. Never overwrites; safe to repeat.

    Raises ValueError where a certificate lies there without its key: a new key would not fit it.
    """
    key_file, certificate_file = folder / KEY_NAME, folder / CERTIFICATE_NAME
    if certificate_file.exists() and not key_file.exists():
        raise ValueError(f"{CERTIFICATE_NAME} has no {KEY_NAME} beside it. Put the key back, or move the certificate away to start anew.")
    folder.mkdir(parents=True, exist_ok=True)
    if not key_file.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        _write_new(key_file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    if not certificate_file.exists():
        _write_new(certificate_file, _certify(_read_key(key_file), settings.OPERATOR_NAME, clock.now()), mode=0o644)


def load() -> DocumentKeys:
    """The keys in `settings.SIGNING_DIR`. Raises ValueError with the remedy where they are missing."""
    folder = Path(settings.SIGNING_DIR)
    if not (folder / KEY_NAME).is_file():
        raise ValueError("The key that seals documents is missing. `manage.py make_keys` writes one.")
    return DocumentKeys(folder / KEY_NAME, folder / CERTIFICATE_NAME, certificate())


def certificate() -> bytes:
    """The public certificate, PEM. Raises ValueError where it is missing."""
    file = Path(settings.SIGNING_DIR) / CERTIFICATE_NAME
    if not file.is_file():
        raise ValueError("The certificate of the document key is missing. `manage.py make_keys` writes one.")
    return file.read_bytes()


def _read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{KEY_NAME} must hold a P-256 key.")
    return key


def _certify(key: ec.EllipticCurvePrivateKey, operator: str, at: datetime) -> bytes:
    """A self-signed certificate for document signatures, valid from `at` for 20 years, PEM."""
    # X.509 allows 64 characters for these names.
    names = {NameOID.ORGANIZATION_NAME: operator[:64], NameOID.COMMON_NAME: f"{operator[:54]} documents"}
    name = x509.Name([x509.NameAttribute(kind, text) for kind, text in names.items()])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
    )
    built = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        # An hour of slack for readers whose clock is behind ours.
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at.replace(month=1, day=1) + timedelta(days=366 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return built.public_bytes(Encoding.PEM)


def _write_new(file: Path, content: bytes, *, mode: int) -> None:
    """Write aside, then link into place: half-made is never mistaken for made, and what is there is never overwritten."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    try:
        os.link(aside, file)
    except FileExistsError:
        pass  # Another process was first; its key counts.
    finally:
        aside.unlink()
