"""Decision tokens, verified offline: a JWS (EdDSA) that lives 300 seconds at most."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from efface_client import ed25519, strict
from efface_client.decision import ANY, Decision, Resource, denied, text

TYP = "consent-decision+jwt"
LONGEST = 300
# Seconds by which two machines' clocks may differ.
SKEW = 5
MAX_TOKEN = 8_000


@dataclass(frozen=True)
class Parts:
    """A token taken apart; nothing of it is believed yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def verify_token(
    token: str,
    jwks: Mapping[str, Any],
    *,
    subject: str,
    purpose: str,
    now: datetime,
    resource: Resource = ANY,
    recipient: str | None = None,
    action_id: str | None = None,
    piece: str | None = None,
    issuer: str | None = None,
    audience: str | None = None,
) -> Decision:
    """Whether a token allows exactly this, now. Raises nothing: what is wrong with it is in `detail`.

    `jwks` is the JSON of `/.well-known/jwks.json`; `now` must be aware. `issuer` and `audience` (the connected system) are compared
    where they are given. A token can be shown twice within its life: where one act may start one run only, ask the check.
    """
    parts = take_apart(token)
    if parts is None:
        return denied("no token")
    key = key_of(parts, jwks)
    if key is None:
        return denied("no key for this token")
    if not ed25519.verify(key, parts.signed, parts.signature):
        return denied("the signature does not hold")
    expected = {
        "sub": subject,
        "purpose": purpose,
        "resource": {"type": resource[0], "id": resource[1]},
        "recipient": recipient,
        "action_id": action_id,
        "piece": piece,
        "decision": True,
    }
    expected |= {name: value for name, value in (("iss", issuer), ("aud", audience)) if value is not None}
    for wrong in _wrong(parts.claims, expected, now.timestamp()):
        return denied(f"{wrong} does not hold")
    return Decision(True, "active", release_id=text(parts.claims, "release_id"), token=token)


def take_apart(token: str) -> Parts | None:
    """The parts of a compact JWS of the right kind; None for anything else."""
    if not isinstance(token, str) or len(token) > MAX_TOKEN or token.count(".") != 2:
        return None
    head, body, signature = token.split(".")
    try:
        header, claims = strict.loads(unpack(head)), strict.loads(unpack(body))
        parts = Parts(header, claims, f"{head}.{body}".encode("ascii"), unpack(signature))
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    # One algorithm, named by us: a token does not choose how it is verified.
    good = header.get("alg") == "EdDSA" and header.get("typ") == TYP and "crit" not in header
    return parts if good else None


def key_of(parts: Parts, jwks: Mapping[str, Any]) -> bytes | None:
    """The public key that the token names, if the set holds it."""
    kid, keys = parts.header.get("kid"), jwks.get("keys")
    for key in keys if isinstance(keys, list) and isinstance(kid, str) else []:
        if isinstance(key, dict) and key.get("kid") == kid and key.get("kty") == "OKP" and key.get("crv") == "Ed25519":
            try:
                return unpack(key.get("x"))
            except ValueError:
                return None
    return None


def unpack(value: Any) -> bytes:
    """base64url without padding; ValueError for anything else."""
    if not isinstance(value, str) or not value.isascii() or len(value) % 4 == 1 or "=" in value:
        raise ValueError("no base64url")
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)


def _wrong(claims: Mapping[str, Any], expected: Mapping[str, Any], now: float) -> Iterator[str]:
    for name, value in expected.items():
        if claims.get(name) != value or type(claims.get(name)) is not type(value):
            yield name
    issued, ends = claims.get("iat"), claims.get("exp")
    if type(issued) is not int or type(ends) is not int or not 0 < ends - issued <= LONGEST:
        yield "the life of the token"
    elif not issued - SKEW <= now < ends:
        yield "the time"
