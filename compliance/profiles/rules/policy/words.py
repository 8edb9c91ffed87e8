"""Words, numbers and breaks of a text, each with its stem: "We don't keep" reads we, do, not, keep."""

import csv
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

# A name of a program's (`vague_period`) is one word that means nothing here.
TOKEN = re.compile(r"[^\W_]++_\w*|[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*|[,;:()—–@|]")
DATA = Path(__file__).resolve().parents[2] / "data"
BREAKS = frozenset(",;:()—–@|")
IRREGULAR = {
    **dict.fromkeys(("used", "uses", "using"), "use"),
    **dict.fromkeys(("kept", "keeping"), "keep"),
    **dict.fromkeys(("held", "holding"), "hold"),
    **dict.fromkeys(("sold", "selling"), "sell"),
    **dict.fromkeys(("gave", "given", "giving"), "give"),
    **dict.fromkeys(("taken", "took", "taking"), "take"),
    **dict.fromkeys(("sent", "sending"), "send"),
    **dict.fromkeys(("shown", "showing"), "show"),
    **dict.fromkeys(("goes", "going"), "go"),
    **dict.fromkeys(("taught", "teaching"), "teach"),
    **dict.fromkeys(("made", "making"), "make"),
    **dict.fromkeys(("wrote", "written", "writing"), "write"),
    **dict.fromkeys(("got", "gotten", "getting"), "get"),
    **dict.fromkeys(("lent",), "lend"),
    **dict.fromkeys(("seen", "saw", "seeing"), "see"),
    **dict.fromkeys(("chose", "chosen"), "choose"),
    **dict.fromkeys(("forbade", "forbidden"), "forbid"),
    **dict.fromkeys(("stopped", "stopping"), "stop"),
    **dict.fromkeys(("ads",), "ad"),
    **dict.fromkeys(("hrs",), "hr"),
    **dict.fromkeys(("met",), "meet"),
    **dict.fromkeys(("ceases", "ceased"), "cease"),
    "selfies": "selfi",
    "cookies": "cooki",
    "won't": "will",
    "can't": "can",
}


class Token(NamedTuple):
    """A stem (or a break such as a comma) and where it stands in the readable text."""

    stem: str
    start: int
    end: int
    capital: bool = False


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The tokens of a piece of text, in order; a contraction with "not" is two of them at the same place."""
    return [
        Token(part, found.start(), found.end(), found[0][0].isupper())
        for found in TOKEN.finditer(text, start, end)
        for part in stems(found[0])
    ]


@cache
def stems(word: str) -> tuple[str, ...]:
    """What a written word counts as."""
    lower = word.lower()
    if lower == "cannot":
        return ("can", "not")
    if lower.endswith("n't"):
        return (stem(lower if lower in IRREGULAR else lower[:-3]), "not")
    return (stem(lower.partition("'")[0] or lower),)


def stem(word: str) -> str:
    """A short stem, the same for the forms of one English word: store, stores, stored, storing."""
    word = IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isascii():
        return word
    word = _ending(_plural(word))
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _plural(word: str) -> str:
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _ending(word: str) -> str:
    cut = 3 if word.endswith("ing") and len(word) > 5 else 2 if word.endswith("ed") and len(word) > 4 else 0
    if not cut:
        return word
    short = word[:-cut]
    return short[:-1] if len(short) > 3 and short[-1] == short[-2] and short[-1] not in "lsz" else short


def phrase(text: str) -> tuple[str, ...]:
    """The stems of a phrase of the word table."""
    return tuple(token.stem for token in tokens(text, 0, len(text)))


@cache
def stem_list(name: str) -> frozenset[str]:
    """The stems of a word list."""
    return frozenset(map(stem, word_list(name)))


@cache
def word_list(name: str) -> frozenset[str]:
    """A list of plain words (not stems) from `data/policy_lists.csv`."""
    with (DATA / "policy_lists.csv").open(encoding="utf8", newline="") as file:
        return frozenset(next(row["words"] for row in csv.DictReader(file) if row["list"] == name).split())
