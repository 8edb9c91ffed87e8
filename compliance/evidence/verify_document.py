"""Check a sealed document with nothing but the file and the public keys.

    python verify_document.py certificate.pdf --certificate documents.crt --ledger-key ledger.pub [--twin certificate.json]

Needs Python 3.11, pyhanko and cryptography; no Efface, no database, no network. The public keys are at /keys/documents.crt
and /keys/ledger.pub: compare them with a copy you trust. One line a check, then VALID or NOT VALID; exit status 0 or 1."""

import argparse
import base64
import json
import logging
import ssl
import sys
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

# What parsers raise on bytes that were tampered with (JSON, UTF-8, base64 and ASN.1 raise ValueError).
UNREADABLE = (ArithmeticError, AssertionError, AttributeError, LookupError, PdfError, RuntimeError, TypeError, ValueError, zlib.error)


class Wrong(Exception):
    """A check failed; the message says why."""


def check(pdf: bytes, twin: bytes | None, certificate: bytes, ledger_key: str) -> Iterator[str]:
    """One sentence for each check that holds; raises `Wrong` at the first that does not."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        yield signed(reader, certificate)
        inside = embedded(reader)
        if twin is not None and twin != inside:
            raise Wrong("the JSON file you gave differs from the data inside the PDF")
        yield "The file holds its data, in canonical form." if twin is None else "The JSON file you gave is the data inside, byte for byte."
        yield in_ledger(json.loads(inside), ledger_key)
    except UNREADABLE as error:
        raise Wrong(f"a part of it cannot be read ({type(error).__name__})") from None


def signed(reader: PdfFileReader, certificate: bytes) -> str:
    """Exactly one signature, over every byte, made with the key of `certificate` (PEM)."""
    if len(reader.embedded_signatures) != 1:
        raise Wrong(f"the file has {len(reader.embedded_signatures)} signatures instead of one")
    signature = reader.embedded_signatures[0]
    # No authority is asked for trust: the certificate is compared below, byte for byte. pyHanko logs its doubts; the verdict is ours.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[], allow_fetching=False))
    if not (status.intact and status.valid):
        raise Wrong("the file was changed after it was signed")
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise Wrong("something was added after the signature")
    if signature.signer_cert.dump() != ssl.PEM_cert_to_DER_cert(certificate.decode()):
        raise Wrong("it was signed with another key")
    return "The signature is intact, covers the whole file, and belongs to the published certificate."


def embedded(reader: PdfFileReader) -> bytes:
    """The one embedded file, which must be canonical JSON (RFC 8785; these documents hold no fractions)."""
    files = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    if len(files) != 2:
        raise Wrong("the file does not hold exactly one embedded file")
    twin: bytes = files[1]["/EF"]["/F"].data
    if canonical(json.loads(twin)) != twin:
        raise Wrong("the data inside is not in canonical form")
    return twin


def canonical(value: Any) -> bytes:
    def in_order(one: Any) -> Any:  # RFC 8785 sorts by UTF-16 code units
        if isinstance(one, dict):
            return {key: in_order(one[key]) for key in sorted(one, key=lambda key: key.encode("utf-16-be"))}
        return [in_order(part) for part in one] if isinstance(one, list) else one

    return json.dumps(in_order(value), ensure_ascii=False, separators=(",", ":")).encode()


def in_ledger(twin: dict[str, Any], ledger_key: str) -> str:
    """The inclusion proof (RFC 6962) of the entry the document names, under a checkpoint (C2SP) signed by `ledger_key`."""
    proof = twin["ledger"]
    if proof is None:
        return "The document carries no proof of the ledger, and does not claim one."
    if f'"{proof["leaf"]["object"]}"'.encode() not in canonical(twin["content"]):
        raise Wrong("the ledger entry is about something else")
    size, root = checkpoint(proof["checkpoint"], ledger_key)
    path, leaf = map(base64.b64decode, proof["hashes"]), sha256(b"\x00" + canonical(proof["leaf"])).digest()
    if size != proof["size"] or climb(proof["index"], size, leaf, path) != root:
        raise Wrong("the entry is not in the ledger that the checkpoint signs")
    return f"The ledger holds entry {proof['index']} about it, under a signed checkpoint over {size} entries."


def climb(index: int, size: int, seen: bytes, path: Iterable[bytes]) -> bytes | None:
    """The root that an audit path leads to (RFC 9162, 2.1.3.2), or None where the path does not fit the tree."""
    last = size - 1
    for sibling in path:
        if not 0 <= index <= last or last == 0 or len(sibling) != 32:
            return None
        right = index % 2 == 1 or index == last
        seen = sha256(b"\x01" + (sibling + seen if right else seen + sibling)).digest()
        while right and index % 2 == 0 and index:
            index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    return seen if (index, last) == (0, 0) else None


def checkpoint(note: str, ledger_key: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint signed by `ledger_key` (`name+id+base64`)."""
    name, _, key = ledger_key.strip().split("+", 2)
    text, _, lines = note.rpartition("\n\n")
    signatures = [line.removeprefix(f"— {name} ") for line in lines.splitlines() if line.startswith(f"— {name} ")]
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:])
        public.verify(base64.b64decode(signatures[0])[4:], f"{text}\n".encode())
    except (InvalidSignature, IndexError):
        raise Wrong("the checkpoint is not signed with the ledger's key") from None
    origin, size, root = text.split("\n")[:3]
    if origin != name:
        raise Wrong("the checkpoint is of another ledger")
    return int(size), base64.b64decode(root)


def main() -> None:
    parser = argparse.ArgumentParser(description="Check a sealed document.")
    parser.add_argument("pdf", type=Path)
    for name in ("--certificate", "--ledger-key", "--twin"):
        parser.add_argument(name, type=Path, required=name != "--twin")
    given = parser.parse_args()
    files = given.pdf.read_bytes(), given.twin and given.twin.read_bytes(), given.certificate.read_bytes(), given.ledger_key.read_text()
    try:
        for sentence in check(*files):
            sys.stdout.write(f"ok  {sentence}\n")
    except Wrong as error:
        sys.stdout.write(f"NOT VALID: {error}\n")
        sys.exit(1)
    sys.stdout.write("VALID\n")


if __name__ == "__main__":
    main()
