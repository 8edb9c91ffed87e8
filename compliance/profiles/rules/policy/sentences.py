"""Where the sentences of a text are, and what each one is read together with.

A list item is read with the line that leads the list in ("We never:" / "sell your photos"); a short answer with its question or heading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from compliance.profiles.rules.policy.source import ITEM
from compliance.profiles.rules.policy.words import BREAKS, Token, stem_list, tokens

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
MARKED = re.compile(r"[ \t]{0,8}(?:(\x01|#{1,6}[ \t])|(\x02|[-*+•·–][ \t]|\(?(?:\d{1,3}|[a-z])[.)][ \t])|(>[ \t]?|\|))[ \t\x01\x02]{0,8}")
# The look-behind makes a long row of dots one try, not one for each dot.
STOP = re.compile(r"(?<![.!?…])[.!?…]++[\"')\]]{0,3}(?=\s|$|\x01|\x02|(?<=[\"']),)")
ALWAYS_GOES_ON = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|art|sec|para|nos|vs|approx|mr|mrs|ms|dr|cf)$", re.IGNORECASE)
MAY_GO_ON = re.compile(r"(?:^|[\s(])(?:etc|inc|ltd|llc|co|corp|no|u\.s|u\.k|a\.m|p\.m)$", re.IGNORECASE)
GOES_ON = re.compile(r"\s{1,20}[a-z0-9(]")
NEW_LINE_IS_NEW = re.compile(r"(?:We|You|Your|Our|The|To|If|By|All|No|Users|Data|Photos|Uploaded|It|They|This|An?)\b|\"")
LONGEST = 300  # tokens; a longer sentence is read in pieces
SHORT = 9  # words; a shorter line may need what stands before it
ANSWER = stem_list("answers")
FINITE = stem_list("subjects") | stem_list("finite") | stem_list("verbs")


@dataclass
class Sentence:
    """A sentence: its place in the readable text, its own tokens, and the tokens it is read with (`first` is the first own one)."""

    start: int
    end: int
    tokens: list[Token]
    block: int
    heading: bool = False
    question: bool = False
    first: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    kind: str  # "text", "heading" or "item"


def sentences(text: str) -> list[Sentence]:
    """All sentences of a readable text, in order."""
    found: list[Sentence] = []
    blocks = list(_blocks(text))
    for number, block in enumerate(blocks):
        for start, end in _stops(text, block):
            for sentence in _pieces(text, start, end, number):
                alone = len(blocks) > 1 and block.kind == "text"
                sentence.heading = block.kind == "heading" or (alone and _is_title(text, block, sentence))
                sentence.question = "?" in text[max(start, end - 3) : end]
                found.append(sentence)
    _lead_in(text, found, [block.kind for block in blocks])
    return found


def _blocks(text: str) -> Iterator[_Block]:
    """Paragraphs, list items and headings; the lines of one paragraph belong together."""
    start = end = -1
    kind = "text"
    waiting = False  # an HTML item whose text stands in a paragraph of its own
    for line in LINE.finditer(text):
        marked = MARKED.match(text, line.start(), line.end())
        empty = not line.group().strip(" \t\r\n\x01\x02")
        if start >= 0 and (empty or marked or kind == "heading" or NEW_LINE_IS_NEW.match(text, line.start(), line.end())):
            yield _Block(start, end, kind)
            start = -1
        if empty:
            waiting = waiting or ITEM in line.group()
            continue
        if start < 0:
            start = marked.end() if marked else line.start()
            kind, waiting = _kind(marked, waiting), False
        end = line.end()
    if start >= 0:
        yield _Block(start, end, kind)


def _kind(marked: re.Match[str] | None, waiting: bool) -> str:
    if not marked or marked.group(3):
        return "item" if waiting else "text"
    return "heading" if marked.group(1) else "item"


def _stops(text: str, block: _Block) -> Iterator[tuple[int, int]]:
    start = block.start
    for stop in STOP.finditer(text, block.start, block.end):
        if stop.group() == "." and _goes_on(text, max(start, stop.start() - 12), stop.start()):
            continue
        yield start, stop.end()
        start = stop.end()
    yield start, block.end


def _goes_on(text: str, start: int, stop: int) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation in the midst of a sentence."""
    if ALWAYS_GOES_ON.search(text, start, stop):
        return True
    return bool(MAY_GO_ON.search(text, start, stop) and GOES_ON.match(text, stop + 1))


def _pieces(text: str, start: int, end: int, block: int) -> Iterator[Sentence]:
    read = tokens(text, start, end)
    for piece in (read[at : at + LONGEST] for at in range(0, len(read), LONGEST)):
        if any(token.stem not in BREAKS for token in piece):
            yield Sentence(piece[0].start, _closing(text, piece[-1].end, end), piece, block)


def _closing(text: str, at: int, end: int) -> int:
    """The end of a sentence with its full stop."""
    stop = STOP.match(text, at, end)
    return stop.end() if stop else at


def _is_title(text: str, block: _Block, sentence: Sentence) -> bool:
    """A short line alone, without a stop and without a verb, names what follows."""
    last = text[block.start : block.end].rstrip()[-1:]
    return len(sentence.tokens) < SHORT and last not in ".!:;,…" and not FINITE & {token.stem for token in sentence.tokens}


def _lead_in(text: str, found: list[Sentence], kinds: list[str]) -> None:
    lead: list[Token] = []
    listed: list[Token] = []
    for sentence in found:
        item, led = kinds[sentence.block] == "item", False
        ends_open = text[sentence.end : sentence.end + 1] == ":" or sentence.tokens[-1].stem == ":"
        if item and listed:
            _read_with(sentence, listed)
        elif lead and _needs_lead(sentence):
            _read_with(sentence, lead)
            led = True
        listed = sentence.tokens if ends_open else listed if item else []
        if sentence.heading or sentence.question:
            lead = sentence.tokens
        elif not led:
            lead = []


def _needs_lead(sentence: Sentence) -> bool:
    """A short line that says nothing alone: "No, never.", "30 days."."""
    if len(sentence.tokens) >= SHORT or sentence.heading or sentence.question:
        return False
    return sentence.tokens[0].stem in ANSWER | {"yes"} or not FINITE & {token.stem for token in sentence.tokens}


def _read_with(sentence: Sentence, lead: list[Token]) -> None:
    """Put the lead before the sentence; the "No" of an answer goes before the question that it denies."""
    own = sentence.tokens
    if own[0].stem in ANSWER and lead is not own:
        sentence.tokens = [own[0], *lead, *own[1:]]
    else:
        sentence.tokens = [token for token in lead if token.stem != ":"] + own
    sentence.first = len(sentence.tokens) - len(own)
