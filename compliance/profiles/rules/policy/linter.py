"""The policy linter: what a privacy text about faces says that cannot be relied on, and what a whole policy leaves unsaid.

Deterministic and offline: text -> sentences -> concepts with denials and lengths of time -> rules. Sources of the rules: the tables.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from compliance.profiles.rules.policy.concepts import Meaning, meaning
from compliance.profiles.rules.policy.conditions import Condition, any_holds, holds
from compliance.profiles.rules.policy.contradictions import contradictions
from compliance.profiles.rules.policy.language import foreign
from compliance.profiles.rules.policy.sentences import Sentence, sentences
from compliance.profiles.rules.policy.source import Plain, read
from compliance.profiles.rules.policy.tables import Kind, Rule, by_anchor, kinds, rules

NEAR = 2  # sentences before and after that belong to what a sentence says
THINGS = frozenset({"photo", "face", "data", "upload", "portrait", "train", "infra", "contact_us", "claim"})
WHOLE_SENTENCES, WHOLE_WORDS, TITLED_SENTENCES = 8, 100, 3
TITLES = frozenset({("privacy", "policy"), ("privacy", "notic"), ("privacy", "statement"), ("retention", "policy"), ("data", "policy")})


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `start` and `end` (exclusive) count characters of the given text, `line` its lines from 1."""

    finding: str
    start: int
    end: int
    line: int
    text: str
    severity: str
    says: str
    remedy: str
    cite: str
    capability: str


def lint(source: str, *, whole: bool | None = None) -> list[Finding]:
    """All findings of a text, in the order of the text.

    `whole` says whether the text is a whole policy, of which silence is a finding too; None: judged by its length and title.
    """
    return _Lint(read(source), whole).findings()


class _Lint:
    def __init__(self, plain: Plain, whole: bool | None) -> None:
        self.plain = plain
        self.read = sentences(plain.text)
        self.foreign = foreign(self.read, plain.text)
        self.said_before: dict[str, Meaning] = {}
        self.rules_met: dict[int, tuple[Rule, ...]] = {}
        self.meanings = [self._meaning(sentence) for sentence in self.read if sentence.block not in self.foreign]
        self.whole = self._looks_whole() if whole is None else whole
        self.known: dict[Condition, bool] = {}

    def _meaning(self, sentence: Sentence) -> Meaning:
        """The meaning of a sentence; the same words are read once, but for those that are read with others."""
        if sentence.first:
            return meaning(sentence)
        words = self.plain.text[sentence.start : sentence.end]
        before = self.said_before.get(words)
        if before is None:
            self.said_before[words] = before = meaning(sentence)
            return before
        return Meaning(sentence, before.marks)

    @cached_property
    def speaking_of(self) -> dict[str, list[Meaning]]:
        """The sentences by concept; a heading or a question states nothing."""
        found: dict[str, list[Meaning]] = {}
        for said in self.meanings:
            for name in () if said.sentence.heading or said.sentence.question else said.marks:
                found.setdefault(name, []).append(said)
        return found

    @cached_property
    def line_starts(self) -> list[int]:
        lines = self.plain.source.splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        return starts

    def findings(self) -> list[Finding]:
        """Sentence by sentence, then what is missing and what does not agree."""
        found: list[Finding] = []
        for at, said in enumerate(self.meanings):
            found += [self._finding(kind, said.sentence.start, said.sentence.end) for kind in self._in_sentence(at)]
        found += [self._finding(kinds()["contradiction"], said.sentence.start, said.sentence.end) for said in contradictions(self.meanings)]
        if self.foreign:
            first = next(sentence for sentence in self.read if sentence.block in self.foreign)
            found.append(self._finding(kinds()["language_not_checked"], first.start, first.end))
        if self.whole and self.meanings:
            found += self._missing({finding.finding for finding in found})
        return sorted(found, key=lambda finding: (finding.start, finding.finding))

    def _in_sentence(self, at: int) -> Iterator[Kind]:
        said = self.meanings[at]
        if said.sentence.question or said.sentence.heading:
            return
        met = {rule.finding for rule in self._met_alone(said) if not self._is_mended(rule, at)}
        for finding in sorted(met):
            if not kinds()[finding].yields_to & met:
                yield kinds()[finding]

    def _met_alone(self, said: Meaning) -> tuple[Rule, ...]:
        """The rules that the sentence meets when nothing around it is read; the same words are asked once."""
        if id(said.marks) not in self.rules_met:
            asked = {id(rule): rule for name in said.marks for rule in by_anchor().get(name, ())}
            met = (rule for rule in asked.values() if holds(rule.when, said) and not any_holds(rule.unless, said))
            self.rules_met[id(said.marks)] = tuple(met)
        return self.rules_met[id(said.marks)]

    def _is_mended(self, rule: Rule, at: int) -> bool:
        """Whether a neighbour, or anything in the text, says what the sentence leaves out."""
        said = self.meanings[at]
        if rule.near and any(any_holds(rule.near, other) and _same_thing(said, other) for other in self._neighbours(at)):
            return True
        return any(self._anywhere((term,)) for term in rule.anywhere)

    def _neighbours(self, at: int) -> Iterator[Meaning]:
        for other in range(max(0, at - NEAR), min(len(self.meanings), at + NEAR + 1)):
            if other != at:
                yield self.meanings[other]

    def _anywhere(self, asked: Condition) -> bool:
        """Whether any sentence of the text meets a condition; remembered."""
        if asked not in self.known:
            candidates = (said for name in asked[0][0].names for said in self.speaking_of.get(name, ()))
            self.known[asked] = any(holds(asked, said) for said in candidates)
        return self.known[asked]

    def _missing(self, found: set[str]) -> Iterator[Finding]:
        first = self.meanings[0].sentence
        silent = {rule.finding for rule in rules("absent")} - found
        silent -= {rule.finding for rule in rules("absent") if self._anywhere(rule.when)}
        for finding in sorted(silent):
            if not kinds()[finding].yields_to & silent:
                yield self._finding(kinds()[finding], first.start, first.end)

    def _looks_whole(self) -> bool:
        if len(self.meanings) >= TITLED_SENTENCES:
            stems = [token.stem for token in self.meanings[0].sentence.tokens]
            if len(stems) < 12 and any(pair in TITLES for pair in pairwise(stems)):
                return True
        words = sum(len(said.sentence.tokens) for said in self.meanings)
        return len(self.meanings) >= WHOLE_SENTENCES and words >= WHOLE_WORDS

    def _finding(self, kind: Kind, start: int, end: int) -> Finding:
        start, end = self.plain.span(start, end)
        return Finding(
            finding=kind.finding,
            start=start,
            end=end,
            line=max(1, bisect_left(self.line_starts, start + 1)),
            text=self.plain.source[start:end],
            severity=kind.severity,
            says=kind.says,
            remedy=kind.remedy,
            cite=kind.cite,
            capability=kind.capability,
        )


def _same_thing(said: Meaning, other: Meaning) -> bool:
    """Whether a neighbour goes on about the same: the same thing is named, or it starts with "they", "this", "in any case", "only"."""
    if THINGS & said.marks.keys() & other.marks.keys():
        return True
    return any(mark.first < 4 for name in ("it", "anyway", "only") for mark in other.marks.get(name, ()))
