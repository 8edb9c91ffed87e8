"""Lengths of time in words or figures: "30 days", "one year", "72-hour", "24h"; and what only looks like one."""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.profiles.rules.policy.words import phrase, stem

HOUR, DAY = 3600, 86400
UNITS = {"second sec": 1, "minute min": 60, "hour hr h": HOUR, "day d night": DAY, "week": 7 * DAY, "month": 30 * DAY, "year yr": 365 * DAY}
SECONDS = {stem(word): length for words, length in UNITS.items() for word in words.split()}
ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}
NUMBERS: dict[str, float] = {
    **{stem(word): number for number, word in enumerate(ONES.split(), 1)},
    **{stem(word): number for word, number in TENS.items()},
    **{"a": 1, "an": 1, "half": 0.5, stem("single"): 1},
}


def _stems(words: str) -> frozenset[str]:
    return frozenset(phrase(words))


BETWEEN = _stems("business calendar working full more further consecutive additional short")
AT_LEAST = [phrase(words) for words in ("at least", "minimum", "minimum of", "no less than", "not less than", "more than", "over")]
NO_MORE = frozenset({"no", "not"})
OFTEN = _stems("every each per once twice times under aged age")
PAST = _stems("past last previous preceding")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A time span in seconds (a month counts as 30 days, a year as 365). `kind` is `length` or `at_least`; `after` is the next token."""

    kind: str
    seconds: float
    after: int


def quantity(stems: Sequence[str], at: int) -> Quantity | None:
    """The length of time that starts at this token, if one does."""
    amount = _amount(stems[at])
    if amount is None or (at and _amount(stems[at - 1]) is not None and stems[at - 1] not in {"a", "an"}):
        return None
    unit = at + 1
    while unit < len(stems) and unit < at + 4 and (stems[unit] in BETWEEN or _amount(stems[unit]) is not None):
        amount = _together(amount, _amount(stems[unit]))
        unit += 1
    if unit >= len(stems) or stems[unit] not in SECONDS or _is_no_length(stems, at, unit + 1):
        return None
    return Quantity("at_least" if _is_least(stems, at) else "length", amount * SECONDS[stems[unit]], unit + 1)


def _is_least(stems: Sequence[str], at: int) -> bool:
    """ "at least six months" ends nothing; "no more than six months" does."""
    for words in AT_LEAST:
        start = at - len(words)
        if start >= 0 and tuple(stems[start:at]) == words:
            return not (words[0] == "more" and start and stems[start - 1] in NO_MORE)
    return False


def _amount(stem: str) -> float | None:
    if stem[0].isdigit():
        try:
            return float(stem.replace(",", "."))
        except ValueError:
            return None
    return NUMBERS.get(stem)


def _together(first: float, second: float | None) -> float:
    """ "twenty four" is 24, "a hundred" is 100; a figure repeated in words ("thirty 30") counts once."""
    if second is None or second == first:
        return first
    return first * second if second == 100 else first + second if first >= 20 and second < 10 else second


def _is_no_length(stems: Sequence[str], at: int, after: int) -> bool:
    """An age, a frequency or a look back."""
    if tuple(stems[after : after + 1]) in {("old",), ("older",), ("ago",)} or tuple(stems[after : after + 2]) == phrase("of age"):
        return True
    before = stems[at - 1] if at else ""
    if before == "last":
        return at > 1 and stems[at - 2] in {"the", "in", "our", "your"}  # "backups last 30 days" is a length
    return before in OFTEN | PAST
