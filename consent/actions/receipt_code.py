"""The receipt code: 128 bits that open what one person's session holds, without account, name or e-mail.

Derived with the key ring from the secret of a signing link, so that the page of that link can show it again; the database holds
a keyed hash of it alone. Nobody who has only the database, or only the link's hash, can make one.
"""

from datetime import datetime

from django.db import transaction

from compliance.audit.actions import record
from compliance.core.actor import PERSON
from compliance.core.keys import ring
from compliance.subjects.queries import sealer
from consent.models import ReceiptCode, ReleaseLink
from consent.queries.links import owner_of

# Crockford's base 32: no I, L, O or U, which are read as 1, 1, 0 and V.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
LETTERS = 26
GROUP = 4


def code_for(link_secret: str, link: ReleaseLink) -> str:
    """The code of a link, in groups of four: always the same one."""
    number = int.from_bytes(ring().blind("consent.receipt_code", f"{link.pk}:{link_secret}")[:16])
    letters = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(LETTERS)))
    return grouped(letters)


def grouped(letters: str) -> str:
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def normal(typed: str) -> str:
    """A typed code as we write it: case, spaces and dashes do not matter, O is 0, I and L are 1. Empty when it is no code."""
    letters = "".join(char for char in typed.upper() if char.isascii() and char.isalnum()).translate(READ_AS)
    return grouped(letters) if len(letters) == LETTERS and set(letters) <= set(ALPHABET) else ""


def hash_of(code: str) -> bytes:
    """What is stored of a code, and found by."""
    return ring().blind("consent.receipt_code.hash", code)


@transaction.atomic
def keep_code(*, secret: str, link: ReleaseLink, at: datetime) -> str:
    """Make the code of a link work, once something was signed with it; returns the code. A code that ended stays ended."""
    code = code_for(secret, link)
    subject_id = owner_of(link)
    made, new = ReceiptCode.objects.get_or_create(code_hash=hash_of(code), defaults={"subject_id": subject_id, "made_at": at})
    if new:
        record(
            kind="consent:receipt_code:made",
            object_id=str(made.pk),
            actor=PERSON,
            at=at,
            payload={"link": str(link.pk)},
            sealer=sealer(subject_id),
        )
    return code


def find_code(typed: str) -> ReceiptCode | None:
    """The stored code behind what was typed, ended or not; None when it opens nothing. One look-up either way."""
    return ReceiptCode.objects.select_related("subject", "subject__merged_into").filter(code_hash=hash_of(normal(typed))).first()
