"""Standard Webhooks: when the next try is, and how a message is signed. Pure decisions."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

# Seconds before the n-th try, counted from the one before (Standard Webhooks, "sending: retries"). After the last the message is given up.
SCHEDULE = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Each wait grows by up to this part of itself, so that what failed together does not come back together.
JITTER = 0.2
PREFIX = "whsec_"
SECRET_BYTES = 32


def wait(attempts: int, retry_after: int | None) -> float | None:
    """Seconds until the next try after `attempts` tries, at least what the far side asked for; None when they are used up."""
    if attempts >= len(SCHEDULE):
        return None
    seconds = SCHEDULE[attempts] * (1 + JITTER * secrets.randbelow(1000) / 1000)
    return max(seconds, retry_after or 0)


def new_secret() -> str:
    """`whsec_` and the base64 of 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signatures(keys: Iterable[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one `v1,<base64>` for each secret, separated by spaces."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{sign(key, signed)}" for key in keys)


def sign(key: str, signed: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
