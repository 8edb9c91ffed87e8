"""The text of a notice: generated from facts, hashed, and shown to the byte.

It states in writing what 740 ILCS 14/15(b) asks for: (1) that biometric data is collected and stored, (2) the specific purpose,
(3) the length of term; and what the other laws in data/notice_elements.csv ask for. Short sentences: reading grade 8 at most.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent.rules import texts
from consent.rules.elements import Element, required, stated
from consent.rules.facts import Facts
from consent.rules.statements import BULLET, Statement, sections_of

__all__ = ["BULLET", "Text", "body", "digest", "exact", "intent", "text_of", "title"]


@dataclass(frozen=True)
class Text:
    """A notice in one language: what is shown, and which sentence states which element of which law."""

    locale: str
    title: str
    body: str
    hash: str
    elements: Mapping[str, str]
    missing: tuple[Element, ...]


def text_of(facts: Facts, locale: str, served: Sequence[str]) -> Text:
    """The notice of `facts` in one language, held against the laws of the places in `served`."""
    headline, sections = title(facts, locale), sections_of(facts, locale)
    written = write(sections)
    by_key = {key: sentence for section in sections for key, sentence in section[1:]}
    found, missing = stated(required(facts.purpose, served), by_key)
    return Text(locale, headline, written, digest(headline, written), found, tuple(missing))


def intent(purpose: str, locale: str) -> str:
    """What a person who signs says; sealed with the signature as the statement of intent."""
    return texts.say(locale, f"intent.{texts.family(purpose)}")


def title(facts: Facts, locale: str) -> str:
    return texts.say(locale, f"title.{texts.family(facts.purpose)}", party=facts.party.name if facts.party else "")


def body(facts: Facts, locale: str) -> str:
    """The whole text: sections separated by an empty line, each a heading line and its sentences; lists begin with a bullet."""
    return write(sections_of(facts, locale))


def write(sections: Sequence[Sequence[Statement]]) -> str:
    return "\n\n".join("\n".join(sentence for _, sentence in section) for section in sections)


def exact(title: str, body: str) -> bytes:
    """The exact bytes a person is shown and signs: title, empty line, body, in UTF-8."""
    return f"{title}\n\n{body}".encode()


def digest(title: str, body: str) -> str:
    """SHA-256 over the exact bytes, as hex."""
    return hashlib.sha256(exact(title, body)).hexdigest()
