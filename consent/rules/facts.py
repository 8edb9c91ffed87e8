"""What a notice states, as facts taken from a profile, its parties and the controller's particulars, and from nothing else.

Categories and ends are read with the same functions that give due dates at registration, and an end is named only where the
service hears its trigger today and then acts: what a notice promises is enforced, and where a law cuts in, sooner.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.core.errors import FieldError, Invalid
from compliance.core.taxonomy import BIOMETRIC, Category, OperationalPurpose, Purpose, Trigger
from compliance.profiles.rules import HEARD, Clause, entry_of

# A release ends this long after it was signed; the shortest refresh that a law we serve asks for (law/rules.md, Texas 503.001(c)(3)).
DEFAULT_TERM = "P1Y"
# What needs a release of its own never stands in the notice of the scan.
OWN_RELEASE = frozenset(Purpose) - {Purpose.FACE_SCAN}
OPT_IN = "opt_in"
ALL_DERIVED = "all_derived"
# What a person is told first; then come the other categories in the taxonomy's order, which is stable. The database does not
# keep the order of a profile's keys.
ORDER = (Category.ORIGINAL_UPLOAD.value, ALL_DERIVED, *(category.value for category in Category if category != Category.ORIGINAL_UPLOAD))
# A due date is counted from these at registration.
MOMENTS = frozenset({Trigger.UPLOADED, Trigger.LAST_INTERACTION})
# These are acted on when they happen; a duration behind one is an upper bound that is never used up.
ACTS = frozenset({Trigger.CONSENT_WITHDRAWN, Trigger.USER_REQUEST})
# What may keep a thing after one release was taken back: another release that can be signed here, or no release at all.
OTHER_REASONS: frozenset[str] = frozenset({*Purpose, *OperationalPurpose})
# Purposes that stand beside the scan on its page wherever the profile keeps something for them.
BESIDE = (Purpose.REGENERATE, Purpose.MATCH)
# What a profile names as a training use, and the purpose that a person grants for it: shared and per-user never share a word (D11).
TRAINING_USES: Mapping[str, Purpose] = {
    "personal_model": Purpose.TRAIN_PERSONAL_MODEL,
    "shared_model": Purpose.TRAIN_SHARED_MODEL,
    "quality": Purpose.QUALITY,
    "benchmark": Purpose.BENCHMARK,
}


@dataclass(frozen=True)
class Kept:
    """One category a person is told about, and when it is destroyed, the earliest first.

    An end is `uploaded + P30D`, or a trigger alone that is acted on at once.
    """

    category: str
    ends: tuple[str, ...]


@dataclass(frozen=True)
class Recipient:
    """A company that receives face data: the slug that checks compare, its name, its class (processor, partner), its country."""

    slug: str
    name: str
    role: str = ""
    country: str = ""


@dataclass(frozen=True)
class Particulars:
    """Who answers for it, as the controller's particulars state it; what is empty is not stated, or stated as none."""

    operator: str
    # An e-mail address, or empty: then the privacy page alone is named.
    contact: str
    page: str
    policy: str
    address: str = ""
    officer: str = ""
    representative: str = ""
    # Nobody must speak for the operator in Europe: it has its seat there.
    at_home: bool = False
    transfers: str = ""
    # Nothing leaves the European Economic Area and the United Kingdom.
    stays: bool = False
    authority: str = ""
    # The United Kingdom is served: people complain to the controller too (GDPR 13(2)(ca) as it stands there).
    complaints_here: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything a notice says, in no language. `term`, `backup_cycle` and `backup_age` are ISO 8601 durations."""

    purpose: str
    # What the scan makes: `pictures` or `report`.
    result: str
    kept: tuple[Kept, ...]
    # The profile makes a model of one person to do the scan's own work: said aloud, never hidden behind “a scan”.
    model_for_scan: bool
    recipients: tuple[Recipient, ...]
    term: str
    backup_cycle: str
    backup_age: str
    minors: str
    who: Particulars
    profile_hash: str
    # For a disclosure: who receives it, and what for.
    party: Recipient | None = None
    party_use: str = ""


def offered_by(document: Mapping[str, Any]) -> tuple[Purpose, ...]:
    """The purposes beside the scan that a profile lets a person be asked for on the scan's page; silence is no (D1, D9).

    Never marketing or a disclosure: these name a piece or a party, on a page of their own. A model of one person that the scan
    itself builds is no choice of its own: it stands in the release for the scan.
    """
    artifacts = document["artifacts"]
    listed = {purpose for entry in artifacts.values() for purpose in entry["purposes"]}
    beside = [purpose for purpose in BESIDE if purpose in listed]
    allowed = [purpose for use, purpose in TRAINING_USES.items() if document["training"].get(use) == OPT_IN]
    if Purpose.FACE_SCAN in artifacts.get(Category.PERSONAL_MODEL.value, {}).get("purposes", ()):
        allowed = [purpose for purpose in allowed if purpose != Purpose.TRAIN_PERSONAL_MODEL]
    return (*beside, *allowed)


def kept_for(document: Mapping[str, Any], purpose: str) -> tuple[Kept, ...]:
    """What a profile keeps for a purpose, with its ends. The scan also names what needs no release of its own.

    Raises `Invalid` for a category without a window that the service can count: no text can say when it ends.
    """
    names = [name for name in ORDER if name in document["artifacts"] and belongs(document, name, purpose)]
    if endless := [name for name in names if not any(clause.trigger in MOMENTS for clause, _ in heard(document, name))]:
        raise Invalid(
            f"No window that is counted here ends {', '.join(endless)}. Add one to the profile, such as uploaded + P30D.",
            [FieldError(f"/artifacts/{name}", "add a clause such as uploaded + P30D") for name in endless],
        )
    return tuple(Kept(name, tuple(ends(document, name, purpose))) for name in names)


def belongs(document: Mapping[str, Any], name: str, purpose: str) -> bool:
    """Whether a category stands in the notice of `purpose`.

    Where people are asked for a model of their own apart, the scan's notice does not name the model. Where they are not, what
    is kept for such a model is part of the scan.
    """
    purposes, asked_apart = document["artifacts"][name]["purposes"], Purpose.TRAIN_PERSONAL_MODEL in offered_by(document)
    if name == Category.PERSONAL_MODEL and asked_apart:
        return purpose == Purpose.TRAIN_PERSONAL_MODEL or (purpose != Purpose.FACE_SCAN and purpose in purposes)
    if purpose == Purpose.FACE_SCAN:
        elsewhere = OWN_RELEASE if asked_apart else OWN_RELEASE - {Purpose.TRAIN_PERSONAL_MODEL}
        return purpose in purposes or not elsewhere.intersection(purposes)
    return purpose in purposes


def model_for_scan(document: Mapping[str, Any]) -> bool:
    """Whether a model of the person is among what is kept for the scan itself."""
    model = Category.PERSONAL_MODEL.value
    return model in document["artifacts"] and belongs(document, model, Purpose.FACE_SCAN)


def heard(document: Mapping[str, Any], name: str) -> list[tuple[Clause, str]]:
    """The clauses that govern `name` and whose trigger reaches the service today, each with its duration as it is written."""
    entry = entry_of(document, name)
    clauses = [(Clause.parse(text), text.partition("+")[2].strip()) for text in entry["until"]] if entry else []
    return [(clause, written) for clause, written in clauses if clause.trigger in HEARD]


def ends(document: Mapping[str, Any], name: str, purpose: str) -> Iterator[str]:
    """Each end that a notice of `purpose` may promise for `name`."""
    for clause, written in heard(document, name):
        if clause.trigger in MOMENTS:
            yield f"{clause.trigger} + {written}"
        elif clause.trigger != Trigger.CONSENT_WITHDRAWN or hangs_on(document, name, purpose):
            yield clause.trigger.value


def hangs_on(document: Mapping[str, Any], name: str, purpose: str) -> bool:
    """Whether taking back `purpose` alone leaves no reason to keep `name`."""
    others = OTHER_REASONS - frozenset(OperationalPurpose) if name in BIOMETRIC else OTHER_REASONS
    return others.isdisjoint(set(document["artifacts"][name]["purposes"]) - {purpose})
