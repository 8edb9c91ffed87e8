"""What activation refuses: all of it at once, each with the category, the rule and the way to mend it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from compliance.core.durations import Duration
from compliance.core.taxonomy import BIOMETRIC, OperationalPurpose, Purpose, Trigger
from compliance.law.caps import longest_allowed
from compliance.profiles.rules.format import ALL_DERIVED, DERIVED, KEPT, METHODS, Clause, Refusal, entry_of, same_as_of

KEYS = {
    "profile": str,
    "title": str,
    "mode": str,
    "operator": dict,
    "method": str,
    "session": dict,
    "artifacts": dict,
    "training": dict,
    "sharing": dict,
    "backups": dict,
    "identity": dict,
    "contact": dict,
    "minors": str,
}
ENTRY_KEYS = frozenset({"purposes", "until", "same_as", "slack", "method", "remains_visible", "max_count"})
PURPOSES = frozenset(Purpose) | frozenset(OperationalPurpose)
# A person alone can end these, or nobody: they need a finite companion.
OPEN_ENDED = frozenset({Trigger.USER_REQUEST, Trigger.ACCOUNT_CLOSED, Trigger.CONSENT_WITHDRAWN, Trigger.PURPOSE_SATISFIED})
TRAINING_USES = ("personal_model", "shared_model", "quality", "benchmark")


def refusals(document: Mapping[str, Any], served: Sequence[str] = ()) -> list[Refusal]:
    """Everything that stands between this document and its activation; an empty list when nothing does.

    `served` are the jurisdictions whose statutory caps bind the operator; empty means every one we know.
    """
    found = list(_shape(document))
    if found:
        return found
    found += _training_and_sharing(document)
    for name in document["artifacts"]:
        found += _entry(document, name)
        found += _caps(document, name, served)
    found += _lineage(document)
    found += _backups_and_contact(document)
    return found


def _shape(document: Any) -> Iterator[Refusal]:
    if not isinstance(document, Mapping):
        yield Refusal("/", 0, "The file does not hold a profile.", "Start from one of the starters.")
        return
    for key in sorted(set(map(str, document)) - set(KEYS)):
        yield Refusal(f"/{key}", 0, f"“{key}” is not part of a profile.", f"The parts are {', '.join(KEYS)}.")
    for key, kind in KEYS.items():
        if not isinstance(document.get(key), kind):
            yield Refusal(f"/{key}", 0, f"“{key}” is missing or not of its kind.", "Start from one of the starters.")
    if document.get("mode") not in ("enforced", "observed"):
        yield Refusal("/mode", 0, "The mode is neither enforced nor observed.", "Write `mode: enforced`.")
    elif document["mode"] == "observed":
        yield Refusal("/mode", 1, "An observed profile records what somebody else states.", "Only `mode: enforced` can be activated.")


def _entry(document: Mapping[str, Any], name: str) -> Iterator[Refusal]:
    where = f"/artifacts/{name}"
    entry = document["artifacts"][name]
    if name != ALL_DERIVED and name not in KEPT:
        yield Refusal(where, 0, f"“{name}” is not a category.", f"The categories are {', '.join(sorted(KEPT))}.")
        return
    if not isinstance(entry, Mapping) or set(entry) - ENTRY_KEYS:
        yield Refusal(where, 0, "The entry holds an unknown key.", f"The keys are {', '.join(sorted(ENTRY_KEYS))}.")
        return
    if "method" in entry and entry["method"] not in METHODS:
        yield Refusal(where, 0, "The method is not known.", f"Write one of {', '.join(METHODS)}.")
    yield from _purposes(where, name, entry)
    yield from _until(document, where, name)


def _purposes(where: str, name: str, entry: Mapping[str, Any]) -> Iterator[Refusal]:
    purposes = entry.get("purposes")
    if not isinstance(purposes, list) or set(map(str, purposes)) - PURPOSES:
        yield Refusal(where, 0, "The purposes are missing or not known.", f"Choose among {', '.join(sorted(PURPOSES))}.")
        return
    if not purposes:
        yield Refusal(where, 3, f"“{name}” is kept without a purpose.", "Name the purpose a person grants for it, or remove the entry.")
    biometric = name == ALL_DERIVED or name in BIOMETRIC
    if biometric and purposes and set(purposes) <= frozenset(OperationalPurpose):
        yield Refusal(
            where, 6, f"“{name}” holds a face and is kept only for {', '.join(purposes)}.", "Name a purpose that a person grants."
        )


def _until(document: Mapping[str, Any], where: str, name: str) -> Iterator[Refusal]:
    artifacts = document["artifacts"]
    source = same_as_of(artifacts, name)
    if source is None:
        yield Refusal(where, 0, "`same_as` names no entry, or goes in a circle.", "Name an entry that has an `until` of its own.")
        return
    until = artifacts[source].get("until")
    if not isinstance(until, list) or not until:
        yield Refusal(where, 1, f"“{name}” has no end.", "Give `until` a finite window, such as [uploaded + P30D].")
        return
    clauses: list[Clause] = []
    for text in until:
        try:
            clauses.append(Clause.parse(text))
        except ValueError as error:
            yield Refusal(where, 0, f"“{str(text)[:60]}” cannot be read.", str(error).capitalize() + ".")
            return
    triggers = {clause.trigger for clause in clauses}
    if triggers <= OPEN_ENDED:
        yield Refusal(where, 1, f"“{name}” ends only when somebody acts.", "Add a finite cap, such as uploaded + P365D.")
    yield from _fallbacks(document, where, triggers)


def _fallbacks(document: Mapping[str, Any], where: str, triggers: set[Trigger]) -> Iterator[Refusal]:
    if Trigger.PROCESSING_COMPLETED in triggers and Trigger.UPLOADED not in triggers:
        yield Refusal(where, 2, "A job that fails never completes.", "Add a fallback, such as uploaded + P37D.")
    if Trigger.SESSION_ENDED in triggers and not _is_duration(document["session"].get("max_life")):
        yield Refusal(where, 2, "A session that is left open never ends.", "Set session.max_life, such as PT24H.")


def _caps(document: Mapping[str, Any], name: str, served: Sequence[str]) -> Iterator[Refusal]:
    """Rule 4: no window may be longer than the law of a place the operator serves allows from the same trigger."""
    entry = entry_of(document, name) if isinstance(document["artifacts"][name], Mapping) else None
    if not entry or not _readable(entry.get("until")):
        return
    clauses = [Clause.parse(text) for text in entry["until"]]
    for place in served or [""]:
        for limit in longest_allowed(place, biometric=name == ALL_DERIVED or name in BIOMETRIC):
            bound = [c.after for c in clauses if c.trigger in limit.triggers]
            if bound and all(limit.is_exceeded_by(months=d.months, length=timedelta(seconds=d.seconds)) for d in bound):
                where, says = f"/artifacts/{name}", f"“{name}” may be kept longer than {limit.citation} allows."
                yield Refusal(where, 4, says, f"Shorten the window: {limit.rule}")
                return


def _lineage(document: Mapping[str, Any]) -> Iterator[Refusal]:
    """Rule 3: what is made from an upload goes with it, unless a person granted it a purpose of its own."""
    upload = entry_of(document, "original_upload")
    if not upload or not _readable(upload.get("until")):
        return
    for name in document["artifacts"]:
        entry = document["artifacts"][name]
        if name not in DERIVED or not isinstance(entry, Mapping) or not _readable(entry.get("until")):
            continue
        own = set(entry.get("purposes") or ()) - set(upload.get("purposes") or ())
        if _latest(entry["until"]) > _latest(upload["until"]) and not own & frozenset(Purpose):
            yield Refusal(
                f"/artifacts/{name}",
                3,
                f"“{name}” may outlive the upload it was made from.",
                "Shorten its window, or name a purpose of its own that a person grants.",
            )


def _latest(until: list[str]) -> Duration:
    """The window that holds when nothing else happens: the one that runs from the upload, else the longest."""
    clauses = [Clause.parse(text) for text in until]
    return min((c.after for c in clauses if c.trigger == Trigger.UPLOADED), default=max(c.after for c in clauses))


def _readable(until: Any) -> bool:
    try:
        return isinstance(until, list) and bool([Clause.parse(text) for text in until])
    except ValueError:
        return False


def _is_duration(text: Any) -> bool:
    try:
        Duration.parse(text)
    except ValueError:
        return False
    return True


def _training_and_sharing(document: Mapping[str, Any]) -> Iterator[Refusal]:
    for use in TRAINING_USES:
        value = document["training"].get(use)
        if value not in ("forbidden", "opt_in"):
            # Silence is no consent: 740 ILCS 14/15(b), C.R.S. 6-1-1314(4)(e), GDPR 9(2)(a). No place we know asks for less of a face.
            says = "is on until somebody says no" if value == "opt_out" else "is neither forbidden nor opt-in"
            yield Refusal(f"/training/{use}", 5, f"Training ({use}) {says}.", "Write forbidden or opt_in.")
    sharing = document["sharing"]
    for use in ("sale", "advertising", "brokers"):
        if sharing.get(use) != "forbidden":
            yield Refusal(f"/sharing/{use}", 5, f"“{use}” is not forbidden.", "Write forbidden: no consent can allow it.")
    if sharing.get("partner_labs") not in ("forbidden", "opt_in"):
        yield Refusal("/sharing/partner_labs", 5, "Sharing with partner labs is not decided.", "Write forbidden or opt_in.")
    named = sharing.get("infrastructure")
    if not isinstance(named, list) or not named or not all(isinstance(party, str) and party for party in named):
        yield Refusal("/sharing/infrastructure", 5, "The infrastructure is not named.", "List every party that holds face data.")


def _backups_and_contact(document: Mapping[str, Any]) -> Iterator[Refusal]:
    backups, contact = document["backups"], document["contact"]
    excluded = backups.get("excluded", [])
    stored = set(document["artifacts"]) - {ALL_DERIVED} | ({c.value for c in DERIVED} if ALL_DERIVED in document["artifacts"] else set())
    if not _is_duration(backups.get("max_age")) and stored - set(excluded if isinstance(excluded, list) else ()):
        yield Refusal("/backups/max_age", 7, "Nothing says when backups forget.", "Set backups.max_age, such as P14D.")
    if not (contact.get("email") or contact.get("form") or contact.get("in_app")):
        yield Refusal("/contact", 7, "There is nobody to ask.", "Give an e-mail address, a form or a place in the app.")
