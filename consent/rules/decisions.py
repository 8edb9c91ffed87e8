"""How a consent check decides: a closed list of reasons, and one reader of what the database says.

Checks, the feed, registrations and training snapshots all ask `decide`: there is no second opinion.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from compliance.core.durations import Duration
from compliance.core.taxonomy import TRAINING_PURPOSES, OperationalPurpose, Purpose
from consent.rules.blocks import blocked
from consent.rules.terms import LAST_INTERACTION, applying

DISCLOSE = re.compile(r"disclose:[a-z0-9_-]{1,50}")
# No release can stand behind these: a face is never kept for them, and a sale cannot be expressed (740 ILCS 14/15(c)).
NEVER = frozenset(OperationalPurpose) | {"sale", "lease", "trade", "profit"}
KNOWN = frozenset(Purpose)
# Each run of these is started by an act of the person, and one act starts one run (I1).
BOUND = frozenset({Purpose.REGENERATE, Purpose.MATCH})
GROWN = frozenset({"self", "representative"})
# Who may sign, and whose signature counts, by the person's age and the profile's rule for minors: the one table, for signing (C9)
# and for checks. A legally authorized representative signs for anybody (740 ILCS 14/15(b)), which whoever an adult was put under
# is too; a parent or guardian for minors alone. No law we hold a row for asks a product to find out an age: one that is not known
# is taken as the person says it, and the notice tells minors not to sign. No rule is `deny`; an age without a row lets nobody sign.
SIGNERS: Mapping[tuple[str, str], frozenset[str]] = {
    ("adult", "deny"): GROWN,
    ("adult", "guardian"): GROWN,
    ("unknown", "deny"): GROWN,
    ("unknown", "guardian"): GROWN,
    ("minor", "deny"): frozenset(),
    ("minor", "guardian"): frozenset({"parent", "guardian", "representative"}),
}


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
    ACTION_NOT_BOUND = "action_not_bound"
    INTERNAL_ERROR = "internal_error"


class Standing(NamedTuple):
    """What the database says of one subject and one purpose at one moment, by its own clock. Release fields are None without one.

    `erasing`: everything is being destroyed, or was. `trainings`: training purposes with a release in force that covers today's
    notice. `other_purpose`: something else is granted. `minors`: the active profile's rule, looked up for minors only.
    `greatest_reach`: that of the purpose's notices. A tuple, because a batch makes a thousand of them.
    """

    subject_id: UUID
    purpose: str
    erasing: bool
    trainings: Sequence[str]
    other_purpose: bool
    age: str
    jurisdictions: Sequence[str]
    last_interaction_at: datetime
    minors: str | None
    now: datetime
    release_id: UUID | None = None
    state: str | None = None
    signed_at: datetime | None = None
    expires_at: datetime | None = None
    recipients: Sequence[str] | None = None
    signer_role: str | None = None
    notice_version: int | None = None
    reach: int | None = None
    greatest_reach: int | None = None

    @property
    def stale_at(self) -> datetime | None:
        """When a law asks for this consent anew because nothing was heard of the person; None where none does."""
        return self.stale_under(tuple(settings.SERVED_JURISDICTIONS))

    def stale_under(self, served: tuple[str, ...]) -> datetime | None:
        """The same for an operator who serves these places: looked up once for each question."""
        silences = _silences(self.purpose, tuple(self.jurisdictions), served)
        return min(length.after(self.last_interaction_at) for length in silences) if silences else None

    @property
    def not_after(self) -> datetime | None:
        """The moment from which an allowance ends by itself: the end of the term, or earlier by a law."""
        ends, stale = self.expires_at, self.stale_at
        if ends is None or stale is None:
            return ends or stale
        return min(ends, stale)


def without_asking(purpose: str) -> Reason | None:
    """The reason that needs no database: a purpose that nobody can grant."""
    if purpose in KNOWN:
        return None
    if purpose in NEVER:
        return Reason.NOT_CONSENTABLE
    return None if DISCLOSE.fullmatch(purpose) else Reason.UNKNOWN_PURPOSE


def decide(standing: Standing | None, *, recipient: str | None = None) -> Reason:
    """`ACTIVE` allows; every other reason denies. None is a subject we do not know.

    The first that holds is the answer: unknown_subject, erasure_pending, jurisdiction_blocked, minor, no_release or
    purpose_not_granted, the release's own end (refused, withdrawn, expired, stale, superseded), recipient_not_named, active.
    """
    if standing is None:
        return Reason.UNKNOWN_SUBJECT
    if standing.erasing:
        return Reason.ERASURE_PENDING
    served = tuple(settings.SERVED_JURISDICTIONS)
    if blocked(standing.purpose, standing.jurisdictions, served):
        return Reason.JURISDICTION_BLOCKED
    if _minor(standing):
        return Reason.MINOR
    return _of_release(standing, served) or _of_recipient(standing, recipient)


def may_train(standing: Standing) -> bool:
    """Whether the person's face may be used to train at all: else an allowance carries the obligation `no_training`.

    For a minor only a check of the training purpose itself can say yes.
    """
    if standing.erasing or standing.age == "minor":
        return False
    return any(not blocked(purpose, standing.jurisdictions, settings.SERVED_JURISDICTIONS) for purpose in standing.trainings)


def no_training(standing: Standing | None, reason: Reason) -> bool:
    """Whether the obligation `no_training` goes with an answer."""
    if standing is None:
        return True
    return not (reason == Reason.ACTIVE and standing.purpose in TRAINING_PURPOSES) and not may_train(standing)


@lru_cache(maxsize=10_000)
def _silences(purpose: str, jurisdictions: tuple[str, ...], served: tuple[str, ...]) -> frozenset[Duration]:
    return frozenset(term.length for term in applying(jurisdictions, purpose, served, LAST_INTERACTION))


def _minor(standing: Standing) -> bool:
    """Nobody may sign for this person, or somebody did who may not. A minor whom nobody signed for yet has simply no release."""
    signers = SIGNERS.get((standing.age, standing.minors or "deny"), frozenset())
    return not signers or (standing.age == "minor" and standing.signer_role is not None and standing.signer_role not in signers)


def _of_release(standing: Standing, served: tuple[str, ...]) -> Reason | None:
    if standing.state is None:
        # Marketing is granted for one piece: what is granted elsewhere says nothing of this one.
        other = standing.other_purpose and standing.purpose != Purpose.MARKETING
        return Reason.PURPOSE_NOT_GRANTED if other else Reason.NO_RELEASE
    if standing.state != "active":
        return Reason(standing.state)
    if standing.expires_at is None or standing.expires_at <= standing.now:
        return Reason.EXPIRED
    stale_at = standing.stale_under(served)
    if stale_at is not None and stale_at <= standing.now:
        return Reason.STALE
    if (standing.reach or 0) < (standing.greatest_reach or 1):
        return Reason.SUPERSEDED
    # What a parent or guardian signed for a minor ends with being one: the person's own word, which is still to be asked, has its place.
    if standing.age != "minor" and standing.signer_role not in GROWN:
        return Reason.SUPERSEDED
    return None


def _of_recipient(standing: Standing, recipient: str | None) -> Reason:
    named = recipient is None or recipient in (standing.recipients or ())
    return Reason.ACTIVE if named else Reason.RECIPIENT_NOT_NAMED
