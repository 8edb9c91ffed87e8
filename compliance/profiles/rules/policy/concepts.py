"""What the words of a sentence are about: marks of concepts, denied or not, clause by clause.

The concepts and their words are rows of `data/policy_words.csv`. `kind` is `act` (can be denied: "never sell"), `thing` (is there or
not: "no crop" still speaks of crops), `deny` (a word that denies what follows in its clause), `forbid` (denies the whole clause) or
`skip` (a phrase that looks like a denial or a concept and is none: "no later than").
"""

import csv
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from compliance.profiles.rules.policy.quantities import NUMBERS, Quantity, quantity
from compliance.profiles.rules.policy.sentences import Sentence
from compliance.profiles.rules.policy.words import BREAKS, DATA, Token, phrase, stem_list

SUBJECTS = stem_list("subjects")
DETERMINERS = stem_list("determiners")
FINITE = stem_list("finite")
TURNS = stem_list("turns")
STOPS = frozenset({";", ":", "(", ")", "—", "–"})
SHORT_DENIAL = 4  # tokens that "without" reaches


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of the word table: its kind and everything it counts as."""

    kind: str
    names: tuple[str, ...]


class Mark(NamedTuple):
    """A concept met in a sentence: from token `first` to before `after`, in a clause, denied or not."""

    first: int
    after: int
    clause: int
    denied: bool = False
    quantity: Quantity | None = None


@dataclass
class Meaning:
    """A sentence and the marks in it, by concept."""

    sentence: Sentence
    marks: dict[str, list[Mark]] = field(default_factory=dict)

    def add(self, name: str, mark: Mark) -> None:
        self.marks.setdefault(name, []).append(mark)


Concepts = tuple[Concept, ...]
Phrases = dict[str, list[tuple[tuple[str, ...], Concepts]]]


@cache
def phrases() -> Phrases:
    """Every phrase of the word table by its first stem, the longest first."""
    concepts: dict[tuple[str, ...], Concepts] = {}
    with (DATA / "policy_words.csv").open(encoding="utf8", newline="") as file:
        for row in csv.DictReader(file):
            concept = Concept(row["kind"], (row["concept"], *row["counts_as"].split()))
            for words in map(phrase, row["words"].split("|")):
                concepts[words] = (*concepts.get(words, ()), concept)
    found: Phrases = {}
    for words in sorted(concepts, key=len, reverse=True):
        found.setdefault(words[0], []).append((words, concepts[words]))
    return found


@cache
def acts() -> frozenset[str]:
    """The names whose marks count only when they are not denied."""
    met = [concept for of_word in phrases().values() for _, concepts in of_word for concept in concepts]
    return frozenset(name for concept in met if concept.kind == "act" for name in concept.names)


def meaning(sentence: Sentence) -> Meaning:
    """All marks of a sentence."""
    read = sentence.tokens
    stems = [token.stem for token in read]
    clauses = _clauses(stems)
    met = _met(stems)
    denied = _denied(met, clauses, len(stems))
    result = Meaning(sentence)
    for first, after, concepts in met:
        mark = Mark(first, after, clauses[first], denied[first])
        for concept in concepts:
            for name in concept.names:
                result.add(name, mark)
    _add_quantities(result, stems, clauses)
    _add_names(result, read, clauses)
    return result


Met = tuple[int, int, Concepts]


def _met(stems: list[str]) -> list[Met]:
    """The longest known phrase at each place; a phrase that is met hides the words in it."""
    table, at = phrases(), 0
    found: list[Met] = []
    while at < len(stems):
        for words, concepts in table.get(stems[at], ()):
            if len(words) == 1 or tuple(stems[at : at + len(words)]) == words:
                found.append((at, at + len(words), concepts))
                at += len(words) - 1
                break
        at += 1
    return found


def _clauses(stems: list[str]) -> list[int]:
    """The clause of each token: a new one where the sentence turns, or where another subject acts."""
    numbers, number = [], 0
    for at, stem in enumerate(stems):
        if at and (stem in STOPS or stem in TURNS or _new_subject(stems, at)):
            number += 1
        numbers.append(number)
    return numbers


def _new_subject(stems: list[str], at: int) -> bool:
    before, stem = stems[at - 1], stems[at]
    if stem == "and" or before not in {",", "and", "or", "then"}:
        return False
    if stem in SUBJECTS:
        return True
    ahead = stems[at + 1 : at + 7]
    return stem in DETERMINERS and bool(FINITE & set(ahead)) and "," not in ahead[:3] and "," in stems[max(0, at - 2) : at]


def _denied(met: list[Met], clauses: list[int], length: int) -> list[bool]:
    """For each token whether a denial reaches it."""
    reached = [False] * length
    for first, after, concepts in met:
        for concept in concepts:
            if concept.kind == "forbid":
                _reach(reached, clauses, 0, length, clauses[first])
            elif concept.kind == "deny":
                near = after + SHORT_DENIAL if concept.names[0] == "without" else length
                _reach(reached, clauses, after, min(near, length), clauses[first])
    return reached


def _reach(reached: list[bool], clauses: list[int], start: int, end: int, clause: int) -> None:
    for at in range(start, end):
        reached[at] = reached[at] or clauses[at] == clause


def _add_quantities(result: Meaning, stems: list[str], clauses: list[int]) -> None:
    """`period` is any length of time, `cap` one that ends a keeping: not the time to answer, not the age of a backup."""
    others: set[int] | None = None
    for at, stem in enumerate(stems):
        found = quantity(stems, at) if stem in NUMBERS or stem[0].isdigit() else None
        if not found:
            continue
        mark = Mark(at, found.after, clauses[at], quantity=found)
        result.add("period" if found.kind == "length" else found.kind, mark)
        if others is None:
            others = {mark.clause for name in ("answer", "backup") for mark in result.marks.get(name, ())}
        if found.kind == "length" and clauses[at] not in others:
            result.add("cap", mark)


def _add_names(result: Meaning, read: list[Token], clauses: list[int]) -> None:
    """A capital in the midst of a sentence is somebody's or some place's name."""
    capitals = [at for at in range(result.sentence.first + 1, len(read)) if read[at].capital and len(read[at].stem) > 1]
    if not capitals:
        return
    known = {at for marks in result.marks.values() for mark in marks for at in range(mark.first, mark.after)}
    for at in capitals:
        if at not in known and read[at - 1].stem not in BREAKS - {","}:
            result.add("name", Mark(at, at + 1, clauses[at]))
