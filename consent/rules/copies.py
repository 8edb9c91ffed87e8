"""Which purposes a local copy of decisions may hold, and what the events of the feed are called in webhooks."""

from collections.abc import Mapping

from compliance.core.taxonomy import Purpose
from consent.rules.decisions import BOUND

# A decision on these hangs on more than person, purpose and recipient: the person's act that starts the run, or the piece
# that was named. Only the check itself answers for them.
LIVE_ONLY = BOUND | {Purpose.MARKETING}

# Event of the feed -> type of the webhook (compliance.delivery.events).
TYPES: Mapping[str, str] = {
    "granted": "consent.release.granted",
    "refused": "consent.release.refused",
    "withdrawn": "consent.release.withdrawn",
    "expired": "consent.release.expired",
    "stale": "consent.release.stale",
    "superseded": "consent.release.superseded",
    "subject": "consent.subject.changed",
    "erasure": "consent.subject.erased",
    "notice": "consent.notice.grown",
}


def copied(purpose: str) -> bool:
    """Whether the feed says what holds for this purpose."""
    return purpose not in LIVE_ONLY
