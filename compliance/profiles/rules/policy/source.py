"""A policy as a person reads it, and where each character of it stood in the given text.

HTML tags, comments, scripts, entities and Markdown marks go; every character that stays knows its place. Linear in the text: each
step looks at a character once, so that no text, however hostile, takes more than its length.
"""

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from compliance.profiles.rules.policy.words import word_list

BLOCK = word_list("html_block")
CELL = frozenset({"td", "th"})
INLINE = word_list("html_inline")
UNREAD = frozenset({"script", "style", "template", "noscript", "svg"})
HEADING = "\x01"  # stands before a heading in the plain text
ITEM = "\x02"  # stands before a list item

# One character class per idea; no repetition inside a repetition.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
SPECIAL = re.compile(
    rf"<(?=[/!?a-zA-Z])|&(?=[#a-zA-Z])|[{INVISIBLE}]+|\*\*|__|`+"
    r"|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|\]\([^()\s]{0,500}\)|!?\["
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])")
SAME_LENGTH = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "‑": "-", "‐": "-", "＇": "'"})


@dataclass
class Plain:
    """The readable text. `places` and `origins` are parallel: from `places[k]` on, the text continues at `origins[k]` of the source."""

    source: str
    text: str = ""
    places: list[int] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the readable text stands in the source; `end` is exclusive on both sides."""
        return self._origin(start), self._origin(end - 1) + 1

    def _origin(self, place: int) -> int:
        known = bisect_right(self.places, place) - 1
        return self.origins[known] + place - self.places[known]


class _Builder:
    """Copies what is read and notes the jumps."""

    def __init__(self, source: str) -> None:
        self.plain = Plain(source, places=[0], origins=[0])
        self.parts: list[str] = []
        self.length = 0

    def copy(self, start: int, end: int) -> None:
        if start < end:
            self.put(self.plain.source[start:end], start)

    def put(self, text: str, origin: int) -> None:
        """`text` stands for what the source holds at `origin`."""
        self.plain.places.append(self.length)
        self.plain.origins.append(origin)
        self.parts.append(text)
        self.length += len(text)

    def done(self) -> Plain:
        self.plain.text = "".join(self.parts).translate(SAME_LENGTH)
        return self.plain


def read(source: str) -> Plain:
    """The text a reader sees, from plain text, Markdown or HTML."""
    builder, at = _Builder(source), 0
    closed = source.rfind(">")  # a tag that opens behind the last ">" is no tag
    while special := SPECIAL.search(source, at):
        start, mark = special.start(), special.group()
        builder.copy(at, start)
        if mark == "<":
            at = _tag(builder, start, closed)
        elif mark == "&":
            at = _entity(builder, start)
        else:
            at = special.end()
    builder.copy(at, len(source))
    return builder.done()


def _entity(builder: _Builder, start: int) -> int:
    found = ENTITY.match(builder.plain.source, start)
    character = html.unescape(found.group()) if found else ""
    if not found or len(character) != 1:
        builder.copy(start, start + 1)
        return start + 1
    # A character that is longer in the source than here: each later one is placed anew by the next `put`.
    if character not in INVISIBLE:
        builder.put(character, start)
    return found.end()


def _tag(builder: _Builder, start: int, closed: int) -> int:
    source = builder.plain.source
    if source.startswith("<!--", start):
        end = source.find("-->", start + 4)
        return len(source) if end < 0 else end + 3  # browsers read no further either
    if source.startswith(("<!", "<?"), start) and start < closed:
        return source.index(">", start) + 1
    found = TAG.match(source, start)
    name = found.group(1).lower() if found else ""
    if start > closed or name not in BLOCK | CELL | INLINE | UNREAD:
        builder.copy(start, start + 1)
        return start + 1
    end = source.index(">", start) + 1
    if name in UNREAD and source[start + 1] != "/":
        return _behind(source, name, end)
    if name in CELL:
        builder.put(", " if source[start + 1] == "/" else " ", start)
    elif name in BLOCK:
        mark = {"h": HEADING, "l": ITEM, "t": HEADING}.get(name[0], "") if name in HEADED and source[start + 1] != "/" else ""
        builder.put("\n\n" + mark, start)
    return end


HEADED = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title", "li", "dt"})


def _behind(source: str, name: str, at: int) -> int:
    """Behind the end tag of a part that nobody reads; without one, the end of the text, as in a browser."""
    end = re.compile(rf"</{name}\s?>", re.IGNORECASE).search(source, at)
    return end.end() if end else len(source)
