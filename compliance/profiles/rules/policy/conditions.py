"""The small language of the rule table, in which a cell says what must be true of a sentence.

Terms are separated by spaces and must all hold. `keep` holds when the concept is there and, for an act, not denied; `not:keep` when it
is denied; `any:keep` either way. `a|b` is one of them; `a&b` both in one clause; `a>4>b` b at most 4 tokens behind a in one clause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from compliance.profiles.rules.policy.concepts import Mark, Meaning, acts


@dataclass(frozen=True, slots=True)
class Factor:
    """One of several concepts; `near` is how far behind the factor before it may stand (-1: anywhere in the clause).

    A mark counts for `free` names in any case, for `plain` names when it is not denied, for `denied` names when it is.
    """

    names: frozenset[str]
    free: tuple[str, ...]
    plain: tuple[str, ...]
    denied: tuple[str, ...]
    near: int = -1

    def marks(self, meaning: Meaning) -> list[Mark]:
        if self.names.isdisjoint(meaning.marks):
            return []
        found = [mark for name in self.free for mark in meaning.marks.get(name, ())]
        found += [mark for name in self.plain for mark in meaning.marks.get(name, ()) if not mark.denied]
        found += [mark for name in self.denied for mark in meaning.marks.get(name, ()) if mark.denied]
        return found


Term = tuple[Factor, ...]
Condition = tuple[Term, ...]


@cache
def condition(cell: str) -> Condition:
    """A cell of the rule table, read."""
    return tuple(_term(word) for word in cell.split())


def _term(word: str) -> Term:
    factors: list[Factor] = []
    for part in word.split("&"):
        pieces = part.split(">")
        factors.append(_factor(pieces[0], -1))
        factors += [_factor(name, int(gap)) for gap, name in zip(pieces[1::2], pieces[2::2], strict=True)]
    return tuple(factors)


def _factor(text: str, near: int) -> Factor:
    polarity, _, listed = text.rpartition(":")
    if polarity not in {"", "not", "any"}:
        raise ValueError(f"“{text}”: the polarity stands before the first concept, and is not: or any:")
    named = tuple(listed.split("|"))
    if polarity == "not":
        return Factor(frozenset(named), (), (), named, near)
    plain = () if polarity == "any" else tuple(name for name in named if name in acts())
    return Factor(frozenset(named), tuple(name for name in named if name not in plain), plain, (), near)


def holds(asked: Condition, meaning: Meaning) -> bool:
    """Whether every term is true of the sentence."""
    return all(_term_holds(term, meaning) for term in asked)


def any_holds(asked: Condition, meaning: Meaning) -> bool:
    """Whether at least one term is true of the sentence."""
    return any(_term_holds(term, meaning) for term in asked)


def _term_holds(term: Term, meaning: Meaning) -> bool:
    if any(factor.names.isdisjoint(meaning.marks) for factor in term):
        return False
    if len(term) == 1:
        return bool(term[0].marks(meaning))
    clauses: set[int] | None = None
    before: Sequence[Mark] = ()
    for factor in term:
        marks = factor.marks(meaning)
        if factor.near >= 0:
            marks = [mark for mark in marks if any(0 <= mark.first - b.after <= factor.near and mark.clause == b.clause for b in before)]
        found = {mark.clause for mark in marks}
        clauses = found if clauses is None else clauses & found
        if not clauses:
            return False
        before = marks
    return True


def names(asked: Condition) -> frozenset[str]:
    """All concepts that a condition speaks of."""
    return frozenset(name for term in asked for factor in term for name in factor.names)
