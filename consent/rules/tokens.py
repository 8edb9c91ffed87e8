"""What a decision token says: one allowance, for minutes, bound to who, what for, on what and to whom."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

# A verifier that cannot reach us knows of a withdrawal this late at most.
LONGEST = 300


def claims(
    *,
    issuer: str,
    audience: str,
    subject: str,
    purpose: str,
    resource: Mapping[str, str],
    recipient: str | None,
    release_id: str,
    at: datetime,
    not_after: datetime,
    more: Mapping[str, str],
) -> dict[str, Any] | None:
    """The claims of a token for an allowance at `at` (the database's clock), or None where it would end in the same second.

    `exp` is at most 300 s after `iat` and never past `not_after`. `more`: the piece, or the act of the person, where there is one.
    """
    issued = int(at.timestamp())
    ends = min(issued + LONGEST, int(not_after.timestamp()))
    if ends <= issued:
        return None
    return {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "iat": issued,
        "exp": ends,
        "jti": secrets.token_hex(16),
        "decision": True,
        "purpose": purpose,
        "resource": dict(resource),
        "recipient": recipient,
        "release_id": release_id,
        **more,
    }
