"""What a notice states, as facts taken from a profile and from nothing else.

Categories and ends are read with the same functions that give due dates at registration, and an end is named only where the
service hears its trigger today and then acts: what a notice promises is enforced, and where a law cuts in, sooner.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.core.durations import Duration
from compliance.core.errors import FieldError, Invalid
from compliance.core.taxonomy import BIOMETRIC, IN_WORDS, TRAINING_PURPOSES, Category, OperationalPurpose, Purpose, Trigger
from compliance.profiles.rules import HEARD, Clause, entry_of

# A release ends this long after it was signed; the shortest refresh that a law we serve asks for (law/rules.md, Texas 503.001(c)(3)).
DEFAULT_TERM = "P1Y"
# What needs a release of its own never stands in the notice of the scan.
OWN_RELEASE = frozenset(Purpose) - {Purpose.FACE_SCAN, Purpose.REGENERATE}
OPT_IN = "opt_in"
ALL_DERIVED = "all_derived"
ALL_DERIVED_WORDS = "Everything else made from your photo"
# What a person is told first; then come the other categories in the taxonomy's order, which is stable. The database does not
# keep the order of a profile's keys.
ORDER = (Category.ORIGINAL_UPLOAD.value, ALL_DERIVED, *(category.value for category in Category if category != Category.ORIGINAL_UPLOAD))

# A due date is counted from these at registration.
MOMENTS: Mapping[Trigger, str] = {Trigger.UPLOADED: "the upload", Trigger.LAST_INTERACTION: "your last visit"}
# These are acted on when they happen; a duration behind one is an upper bound that is never used up.
ACTS: Mapping[Trigger, str] = {
    Trigger.CONSENT_WITHDRAWN: "as soon as you take this release back",
    Trigger.USER_REQUEST: "when you ask us to delete it",
}
# What may keep a thing after one release was taken back: another release that can be signed here, or no release at all.
OTHER_REASONS: frozenset[str] = frozenset({Purpose.FACE_SCAN, *TRAINING_PURPOSES, *OperationalPurpose})


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
    # An e-mail address, or empty: then the privacy page alone is named.
    contact: str
    privacy_page: str
    profile_hash: str


def training_choice(document: Mapping[str, Any]) -> Purpose | None:
    """The one training that a profile lets a person choose beside the scan, or None: then training is off.

    A model of one person that the scan itself builds is no choice of its own: it stands in the release for the scan.
    """
    training = document["training"]
    if training.get("shared_model") == OPT_IN:
        return Purpose.TRAIN_SHARED_MODEL
    model = document["artifacts"].get(Category.PERSONAL_MODEL.value, {})
    if training.get("personal_model") == OPT_IN and Purpose.FACE_SCAN not in model.get("purposes", ()):
        return Purpose.TRAIN_PERSONAL_MODEL
    return None


def kept_for(document: Mapping[str, Any], purpose: Purpose) -> tuple[Kept, ...]:
    """What a profile keeps for a purpose, with its ends in words. The scan also names what needs no release of its own.

    Raises `Invalid` for a category without a window that the service can count: no text can say when it ends.
    """
    artifacts = document["artifacts"]
    names = [name for name in ORDER if name in artifacts and belongs(document, name, purpose)]
    if endless := [name for name in names if not any(clause.trigger in MOMENTS for clause in heard(document, name))]:
        raise Invalid(
            f"No window that is counted here ends {', '.join(endless)}. Add one to the profile, such as uploaded + P30D.",
            [FieldError(f"/artifacts/{name}", "add a clause such as uploaded + P30D") for name in endless],
        )
    return tuple(Kept(category_in_words(name, names), tuple(ends_in_words(document, name, purpose))) for name in names)


def belongs(document: Mapping[str, Any], name: str, purpose: Purpose) -> bool:
    """Whether a category stands in the notice of `purpose`.

    Where people are asked for a model of their own apart, that notice alone names the model. Where they are not, what is
    kept for such a model is part of the scan.
    """
    purposes, asked_apart = document["artifacts"][name]["purposes"], training_choice(document) == Purpose.TRAIN_PERSONAL_MODEL
    if name == Category.PERSONAL_MODEL and asked_apart:
        return purpose == Purpose.TRAIN_PERSONAL_MODEL
    if purpose == Purpose.FACE_SCAN:
        elsewhere = OWN_RELEASE if asked_apart else OWN_RELEASE - {Purpose.TRAIN_PERSONAL_MODEL}
        return purpose in purposes or not elsewhere.intersection(purposes)
    return purpose in purposes


def model_for_scan(document: Mapping[str, Any]) -> bool:
    """Whether a model of the person is among what is kept for the scan itself."""
    model = Category.PERSONAL_MODEL.value
    return model in document["artifacts"] and belongs(document, model, Purpose.FACE_SCAN)


def category_in_words(name: str, names: Sequence[str]) -> str:
    """The words for one of the `names` in a list. “Everything else” says so when some of it has a line of its own below."""
    if name != ALL_DERIVED:
        return IN_WORDS[Category(name)]
    return ALL_DERIVED_WORDS if name == names[-1] else f"{ALL_DERIVED_WORDS}, if it is not named below"


def heard(document: Mapping[str, Any], name: str) -> list[Clause]:
    """The clauses that govern `name` and whose trigger reaches the service today."""
    entry = entry_of(document, name)
    clauses = [Clause.parse(text) for text in entry["until"]] if entry else []
    return [clause for clause in clauses if clause.trigger in HEARD]


def ends_in_words(document: Mapping[str, Any], name: str, purpose: Purpose) -> Iterator[str]:
    """Each end that a notice of `purpose` may promise for `name`: “30 days after the upload”."""
    for clause in heard(document, name):
        if clause.trigger in MOMENTS:
            moment = MOMENTS[clause.trigger]
            yield f"right after {moment}" if clause.after == Duration(0, 0) else f"{clause.after.in_words()} after {moment}"
        elif clause.trigger != Trigger.CONSENT_WITHDRAWN or hangs_on(document, name, purpose):
            yield ACTS[clause.trigger]


def hangs_on(document: Mapping[str, Any], name: str, purpose: Purpose) -> bool:
    """Whether taking back `purpose` alone leaves no reason to keep `name`."""
    others = OTHER_REASONS - frozenset(OperationalPurpose) if name in BIOMETRIC else OTHER_REASONS
    return others.isdisjoint(set(document["artifacts"][name]["purposes"]) - {purpose})
