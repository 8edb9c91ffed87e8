"""The reader of the rule table and of the table of findings."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from compliance.profiles.rules.policy.conditions import Condition, condition, names
from compliance.profiles.rules.policy.words import DATA

SCOPES = ("sentence", "absent", "pair")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a finding means: how bad it is, what is wrong, how to mend it, the source, and the findings that say it better."""

    finding: str
    severity: str  # high, medium, low or info
    says: str
    remedy: str
    cite: str
    capability: str
    yields_to: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the rule table.

    `sentence`: found where `when` holds and nothing of `unless` (there), `near` (next to it) or `anywhere` (in the text) does.
    `absent`: found in a whole policy of which no sentence meets `when`. `pair`: where one sentence meets `when` and another, about the
    same thing, `against`.
    """

    finding: str
    scope: str
    when: Condition
    unless: Condition
    near: Condition
    anywhere: Condition
    against: Condition
    anchor: frozenset[str]


@cache
def kinds() -> Mapping[str, Kind]:
    """All findings, by id."""
    with (DATA / "policy_findings.csv").open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file))
    return MappingProxyType({row["finding"]: _kind(row) for row in rows})


def _kind(row: Mapping[str, str]) -> Kind:
    told = {name: row[name] for name in ("finding", "severity", "says", "remedy", "cite", "capability")}
    return Kind(**told, yields_to=frozenset(row["yields_to"].split()))


@cache
def rules(scope: str) -> tuple[Rule, ...]:
    """All rules of one scope, in the order of the file."""
    with (DATA / "policy_rules.csv").open(encoding="utf8", newline="") as file:
        return tuple(_rule(row) for row in csv.DictReader(file) if row["scope"] == scope)


def _rule(row: Mapping[str, str]) -> Rule:
    cells = {name: condition(row[name]) for name in ("when", "unless", "near", "anywhere", "against")}
    return Rule(row["finding"], row["scope"], anchor=frozenset(cells["when"][0][0].names), **cells)


@cache
def by_anchor() -> Mapping[str, tuple[Rule, ...]]:
    """The sentence rules by a concept without which they cannot hold, so that a sentence is asked few of them."""
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules("sentence"):
        for name in rule.anchor:
            found[name] = (*found.get(name, ()), rule)
    return MappingProxyType(found)


@cache
def spoken_of() -> frozenset[str]:
    """Every concept that some rule names."""
    asked = [cell for scope in SCOPES for r in rules(scope) for cell in (r.when, r.unless, r.near, r.anywhere, r.against)]
    return frozenset(name for cell in asked for name in names(cell))
