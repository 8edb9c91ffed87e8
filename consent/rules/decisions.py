"""How a consent check decides: a closed list of reasons, and one reader of what the database says."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from compliance.core.taxonomy import OperationalPurpose, Purpose

DISCLOSE = re.compile(r"disclose:[a-z0-9_-]{1,50}")
# No release can stand behind these: a face is never kept for them, and a sale cannot be expressed (740 ILCS 14/15(c)).
NEVER = frozenset(OperationalPurpose) | {"sale", "lease", "trade", "profit"}


class Reason(StrEnum):
    """Why a check was answered as it was. Closed: a client may rely on there being no other (consent-check.md)."""

    ACTIVE = "active"
    NO_RELEASE = "no_release"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "stale"
    SUPERSEDED = "superseded"
    PURPOSE_NOT_GRANTED = "purpose_not_granted"
    RECIPIENT_NOT_NAMED = "recipient_not_named"
    ERASURE_PENDING = "erasure_pending"
    MINOR = "minor"
    JURISDICTION_BLOCKED = "jurisdiction_blocked"
    UNKNOWN_SUBJECT = "unknown_subject"
    UNKNOWN_PURPOSE = "unknown_purpose"
    NOT_CONSENTABLE = "not_consentable"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True)
class Standing:
    """What the database says of one subject and one purpose at one moment, by its own clock. Release fields are None without one."""

    erasing: bool
    trains: bool
    other_purpose: bool
    release_id: UUID | None = None
    state: str | None = None
    ended: bool | None = None
    expires_at: datetime | None = None
    recipients: tuple[str, ...] = ()
    notice_version: int | None = None


def without_asking(purpose: str) -> Reason | None:
    """The reason that needs no database: a purpose that nobody can grant."""
    if purpose in NEVER:
        return Reason.NOT_CONSENTABLE
    if purpose not in set(Purpose) and not DISCLOSE.fullmatch(purpose):
        return Reason.UNKNOWN_PURPOSE
    return None


def decide(standing: Standing | None, *, recipient: str | None) -> Reason:
    """`ACTIVE` allows; every other reason denies. None is a subject we do not know."""
    if standing is None:
        return Reason.UNKNOWN_SUBJECT
    if standing.erasing:
        return Reason.ERASURE_PENDING
    if standing.state is None:
        return Reason.PURPOSE_NOT_GRANTED if standing.other_purpose else Reason.NO_RELEASE
    if standing.state != "active":
        return Reason(standing.state)
    if standing.ended is not False:
        return Reason.EXPIRED
    if recipient is not None and recipient not in standing.recipients:
        return Reason.RECIPIENT_NOT_NAMED
    return Reason.ACTIVE
