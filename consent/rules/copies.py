"""Which purposes a local copy of decisions may hold, and what webhooks call the events of the feed."""

from collections.abc import Mapping

from compliance.core.taxonomy import TRAINING_PURPOSES, Purpose
from consent.rules.decisions import BOUND

# A decision on these hangs on more than person, purpose and recipient: the person's act that starts the run, or the piece
# that was named. Only the check itself answers for them.
LIVE_ONLY = BOUND | {Purpose.MARKETING}

# Event of the feed -> type of the webhook (compliance.delivery.events).
TYPES: Mapping[str, str] = {
    "granted": "release.signed",
    "refused": "release.refused",
    "withdrawn": "release.withdrawn",
    "expired": "release.expired",
    "stale": "release.stale",
    "superseded": "release.superseded",
    "subject": "subject.changed",
    "erasure": "subject.erased",
    "notice": "notice.grown",
}

# Its own type, so that whoever trains need not listen to every scan.
TRAINING = "training.withdrawn"


def type_of(event: str, purpose: str) -> str:
    """What a webhook calls a change of the feed."""
    return TRAINING if event == "withdrawn" and purpose in TRAINING_PURPOSES else TYPES[event]


def copied(purpose: str) -> bool:
    """Whether the feed says what holds for this purpose."""
    return purpose not in LIVE_ONLY
