"""The facts behind a receipt. None of them names a person: a receipt outlives an erasure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.core.taxonomy import TRAINING_PURPOSES, Purpose
from consent.rules.texts import family

DISCLOSE = "disclose"
REUSED = frozenset({*TRAINING_PURPOSES, Purpose.QUALITY, Purpose.BENCHMARK})


@dataclass(frozen=True)
class Party:
    """A company: the id it has in the profile, and its name."""

    slug: str
    name: str


@dataclass(frozen=True)
class Happening:
    """One event in the life of a release: `given`, or one of its ends; instants as RFC 3339 text."""

    state: str
    at: str
    by: str


@dataclass(frozen=True)
class Facts:
    """`release` and `subject` are random ids, `release` a plain JSON object (docs/receipts.md names its fields).

    `storage_regions`: country codes. `jurisdictions`: those of the person where they are known, else all that are served.
    """

    release: Mapping[str, Any]
    notice: Mapping[str, Any]
    subject: str
    recipients: tuple[Party, ...]
    purpose_words: str
    operator: str
    address: str
    email: str
    policy_url: str
    withdraw_url: str
    storage_regions: tuple[str, ...]
    jurisdictions: tuple[str, ...]

    @property
    def purpose(self) -> str:
        return str(self.release["purpose"])

    @property
    def family(self) -> str:
        """The purpose without the party behind `disclose:`."""
        return family(self.purpose)

    @property
    def party(self) -> str:
        """The one company that a disclosure is for; empty for every other purpose."""
        return self.purpose.partition(":")[2]


def given(release: Mapping[str, Any]) -> bool:
    """Whether the release is in force in this receipt."""
    return str(release["state"]) == "active"


def stages(state: str) -> int:
    """How many receipts a release in this state has: one that it was given, and one that it ended; none for a refusal."""
    return {"refused": 0, "active": 1}.get(state, 2)


def happenings(release: Mapping[str, Any]) -> list[Happening]:
    """What happened to a release so far, oldest first: it was given, and it may have ended."""
    first = Happening("given", release["signed_at"], release["signer_role"])
    if given(release):
        return [first]
    return [first, Happening(release["state"], release["ended_at"], release["ended_by"])]
