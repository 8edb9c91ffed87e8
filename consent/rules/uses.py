"""Why a reported use is not explained, beside the reasons of a check; and what may be excused by what held when it happened."""

from collections.abc import Mapping
from enum import StrEnum

from consent.models import Use
from consent.rules.decisions import Reason


class Unexplained(StrEnum):
    """What a report itself can get wrong. With `Reason` and `EXEMPT` this is all that `Use.reason` ever holds."""

    REPLAYED = "action_replayed"
    UNREGISTERED = "artifact_unregistered"
    SOMEBODY_ELSES = "artifact_of_another"
    GONE = "artifact_gone"


# Explained by a statutory exception; the row names it.
EXEMPT = "exempt"
EXPLAINED = frozenset({Reason.ACTIVE.value, EXEMPT})
# A use that came before the end is explained by the release that held then. What is about the person, not the release, is not here.
# A refusal is: who takes a release back and then says no to a new one had still allowed what came before.
ENDED_SINCE = frozenset(
    {Reason.WITHDRAWN, Reason.REFUSED, Reason.EXPIRED, Reason.STALE, Reason.SUPERSEDED, Reason.ERASURE_PENDING, Reason.ACTIVE}
)

WORDS: Mapping[str, str] = {
    EXEMPT: "a statutory exception",
    Reason.ACTIVE: "a release that allowed it",
    Reason.UNKNOWN_SUBJECT: "nobody is known by this reference",
    Reason.NO_RELEASE: "no release",
    Reason.PURPOSE_NOT_GRANTED: "no release for this purpose",
    Reason.REFUSED: "the person refused",
    Reason.WITHDRAWN: "the release had been withdrawn",
    Reason.EXPIRED: "the release had run out",
    Reason.STALE: "the release was too old",
    Reason.SUPERSEDED: "the notice had grown",
    Reason.RECIPIENT_NOT_NAMED: "the release does not name this party",
    Reason.ERASURE_PENDING: "everything was being deleted",
    Reason.MINOR: "nobody who may sign for a minor did",
    Reason.JURISDICTION_BLOCKED: "a law of the person’s place forbids it",
    Reason.UNKNOWN_PURPOSE: "no such purpose",
    Reason.NOT_CONSENTABLE: "nobody can allow this purpose",
    Reason.ACTION_NOT_BOUND: "no check was bound to an act of the person",
    Unexplained.REPLAYED: "one act of the person, reported as more than one run",
    Unexplained.UNREGISTERED: "the artifact is not registered",
    Unexplained.SOMEBODY_ELSES: "the artifact is of another person",
    Unexplained.GONE: "the artifact had been destroyed",
}


def in_words(use: Use) -> str:
    """Why it was allowed, or why nothing explains it."""
    return WORDS.get(use.reason, use.reason)
