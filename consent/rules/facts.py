"""What a notice states, as facts taken from a profile. Text is made from these alone, so it cannot drift from what is enforced."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.core.durations import Duration
from compliance.core.taxonomy import IN_WORDS, Category, Purpose, Trigger

# A release ends this long after it was signed; the shortest refresh that a law we serve asks for (law/rules.md, Texas 503.001(c)(3)).
DEFAULT_TERM = "P1Y"
# What needs a release of its own never stands in the notice of the scan.
OWN_RELEASE = frozenset(Purpose) - {Purpose.FACE_SCAN, Purpose.REGENERATE}
ALL_DERIVED = "all_derived"
ALL_DERIVED_WORDS = "Everything else that is made from your photo on the way"

MOMENTS: Mapping[Trigger, str] = {
    Trigger.UPLOADED: "the upload",
    Trigger.PROCESSING_COMPLETED: "the scan is finished",
    Trigger.PROCESSING_FAILED: "a scan fails",
    Trigger.SESSION_ENDED: "your visit ends",
    Trigger.RESULT_DELIVERED: "you get the result",
    Trigger.OUTPUT_DOWNLOADED: "you download the result",
    Trigger.LAST_INTERACTION: "your last visit",
    Trigger.PURPOSE_SATISFIED: "the purpose is met",
    Trigger.CONSENT_WITHDRAWN: "you take this release back",
    Trigger.CONSENT_EXPIRED: "this release ends",
    Trigger.ACCOUNT_CLOSED: "you close your account",
    Trigger.USER_REQUEST: "you ask us to delete it",
}


@dataclass(frozen=True)
class Kept:
    """One category a person is told about: in plain words, and when it is destroyed, the earliest first."""

    words: str
    until: tuple[str, ...]


@dataclass(frozen=True)
class Recipient:
    """A company that receives face data: the slug that checks compare, and its name."""

    slug: str
    name: str


@dataclass(frozen=True)
class Facts:
    """Everything a notice says. `term`, `backup_cycle` and `backup_age` are ISO 8601 durations; `profile_hash` names the promise."""

    operator: str
    purpose: Purpose
    result: str
    kept: tuple[Kept, ...]
    # The profile makes a model of one person to do the scan's own work: said aloud, never hidden behind “a scan”.
    model_for_scan: bool
    recipients: tuple[Recipient, ...]
    term: str
    backup_cycle: str
    backup_age: str
    contact: str
    privacy_page: str
    profile_hash: str


def kept_for(document: Mapping[str, Any], purpose: Purpose) -> tuple[Kept, ...]:
    """What a profile keeps for a purpose, with its ends in words. The scan also names what needs no release of its own."""
    artifacts = document["artifacts"]
    # The database does not keep the order of a profile's keys; the taxonomy's order is stable, and what is left comes last.
    order = [name for name in (*map(str, Category), ALL_DERIVED) if name in artifacts]
    return tuple(
        Kept(category_in_words(name), tuple(ends_in_words(artifacts, name)))
        for name in order
        if belongs(name, artifacts[name]["purposes"], purpose)
    )


def belongs(name: str, purposes: Sequence[str], purpose: Purpose) -> bool:
    """Whether a category kept for `purposes` stands in the notice of `purpose`. The notice of training always names the model."""
    if (name, purpose) == (Category.PERSONAL_MODEL, Purpose.TRAIN_PERSONAL_MODEL):
        return True
    if purpose == Purpose.FACE_SCAN:
        return purpose in purposes or not OWN_RELEASE.intersection(purposes)
    return purpose in purposes


def model_for_scan(document: Mapping[str, Any]) -> bool:
    """Whether a model of the person is among what is kept for the scan itself."""
    entry = document["artifacts"].get(Category.PERSONAL_MODEL.value)
    return entry is not None and belongs(Category.PERSONAL_MODEL, entry["purposes"], Purpose.FACE_SCAN)


def category_in_words(name: str) -> str:
    return IN_WORDS[Category(name)] if name in set(Category) else ALL_DERIVED_WORDS


def ends_in_words(artifacts: Mapping[str, Any], name: str) -> Iterator[str]:
    """Each clause of the `until` that governs `name`: “30 days after the scan is finished”."""
    while "until" not in artifacts[name]:
        name = artifacts[name]["same_as"]
    for clause in artifacts[name]["until"]:
        trigger, duration = (part.strip() for part in clause.split("+"))
        after, moment = Duration.parse(duration), MOMENTS[Trigger(trigger)]
        if after == Duration(0, 0):
            yield f"as soon as {moment}" if trigger != Trigger.UPLOADED else "right after the upload"
        else:
            yield f"{after.in_words()} after {moment}"
