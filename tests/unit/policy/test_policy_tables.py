"""The tables of the linter: every row can be read and is about something that exists."""

import csv

from compliance.profiles.rules.policy.concepts import phrases
from compliance.profiles.rules.policy.tables import SCOPES, kinds, rules, spoken_of
from compliance.profiles.rules.policy.words import DATA

MADE_BY_CODE = {"period", "cap", "at_least", "name"}


def test_every_finding_has_a_severity_a_remedy_a_source_and_a_capability() -> None:
    for kind in kinds().values():
        assert kind.severity in {"high", "medium", "low", "info"}, kind
        assert (kind.says[-1], kind.remedy[-1]) == (".", "."), kind
        assert kind.cite or kind.severity == "info", kind
        assert kind.capability[0] in "ABCDEFHIJKM", kind
        assert kind.yields_to <= set(kinds()), kind


def test_every_rule_is_about_a_known_finding_and_every_finding_has_a_rule() -> None:
    ruled = {rule.finding for scope in SCOPES for rule in rules(scope)}

    assert ruled == set(kinds()) - {"language_not_checked"}


def test_every_row_of_the_rule_table_has_a_known_scope() -> None:
    with (DATA / "policy_rules.csv").open(encoding="utf-8", newline="") as file:
        assert {row["scope"] for row in csv.DictReader(file)} == set(SCOPES)


def test_every_concept_that_a_rule_names_has_words() -> None:
    known = {name for of_word in phrases().values() for _, concepts in of_word for concept in concepts for name in concept.names}

    assert spoken_of() - known - MADE_BY_CODE == set()


def test_every_row_of_the_word_table_has_a_known_kind() -> None:
    kinds_of_words = {concept.kind for of_word in phrases().values() for _, concepts in of_word for concept in concepts}

    assert kinds_of_words == {"act", "thing", "deny", "forbid", "skip"}
