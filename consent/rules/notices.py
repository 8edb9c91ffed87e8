"""The text of a notice: generated from facts, hashed, and shown to the byte.

It states in writing what 740 ILCS 14/15(b) asks for: (1) that biometric data is collected and stored, (2) the specific purpose,
(3) the length of term; and with C.R.S. 6-1-1314(4)(a) who receives it. Short sentences: reading grade 8 at most.
"""

import hashlib
from collections.abc import Iterator

from compliance.core.durations import Duration
from compliance.core.taxonomy import Purpose
from consent.rules.facts import Facts

TITLES = {
    Purpose.FACE_SCAN: "Your written release for a face scan",
    Purpose.TRAIN_PERSONAL_MODEL: "A separate choice: training a model of your face",
    Purpose.TRAIN_SHARED_MODEL: "A separate choice: training a model that also serves other people",
}
# The specific purpose, after “We use it”.
USES = {
    Purpose.FACE_SCAN: "to scan the photo you upload and to make {result}",
    Purpose.TRAIN_PERSONAL_MODEL: "to train a model of your face, for you alone, so that it can make {result}",
    Purpose.TRAIN_SHARED_MODEL: "to help train a model that also serves other people",
}
# What such a model is, and is not.
MODELS = {
    Purpose.TRAIN_PERSONAL_MODEL: "It does not train a model for other people.",
    Purpose.TRAIN_SHARED_MODEL: "Such a model learns from many people at once. It is not made for you alone.",
}
# What a person who signs says; sealed with the signature as the statement of intent.
INTENTS = {
    Purpose.FACE_SCAN: "I have read this and I sign this release",
    Purpose.TRAIN_PERSONAL_MODEL: "I have read this and I allow this training",
    Purpose.TRAIN_SHARED_MODEL: "I have read this and I allow this training",
}
BULLET = "• "


def title(purpose: Purpose) -> str:
    return TITLES[purpose]


def body(facts: Facts) -> str:
    """The whole text: sections separated by an empty line, each a heading line and its sentences; lists begin with a bullet."""
    sections = (_what(facts), _stored(facts), _purpose(facts), _term(facts), _recipients(facts), _backups(facts), _back(facts))
    return "\n\n".join("\n".join(lines) for lines in sections)


def exact(title: str, body: str) -> bytes:
    """The exact bytes a person is shown and signs: title, empty line, body, in UTF-8."""
    return f"{title}\n\n{body}".encode()


def digest(title: str, body: str) -> str:
    """SHA-256 over the exact bytes, as hex."""
    return hashlib.sha256(exact(title, body)).hexdigest()


def _what(facts: Facts) -> Iterator[str]:
    yield "You decide"
    if facts.purpose == Purpose.FACE_SCAN:
        yield f"{facts.operator} asks for your written release before any scan of your face."
        yield "You can say no. Nothing is scanned before you sign."
    else:
        yield f"{facts.operator} asks for a release of its own before it trains on your face."
        yield "This is voluntary. It is never needed for the service: leave it empty, and your scan works the same."
        yield "If you allow it, you can take it back at any time. Part 6 says how, and what happens then."


def _stored(facts: Facts) -> Iterator[str]:
    yield "1. What is collected and stored"
    yield (
        f"{facts.operator} collects and stores biometric data about you: a scan of your face geometry, made from your photo. "
        "Some laws call it a biometric identifier."
    )
    if facts.kept:
        yield "These things are stored. Each is destroyed at the first of the moments named beside it, or sooner:"
        for kept in facts.kept:
            yield f"{BULLET}{kept.words}: {'; or '.join(kept.until)}."
    elif facts.purpose != Purpose.FACE_SCAN:
        yield "Nothing more is stored for this training. It uses what your scan stores, and only while that is stored."


def _purpose(facts: Facts) -> Iterator[str]:
    yield "2. What it is used for"
    yield f"We use it {USES[facts.purpose].format(result=facts.result)}. We use it for nothing else."
    if facts.purpose != Purpose.FACE_SCAN:
        yield MODELS[facts.purpose]
    elif facts.model_for_scan:
        yield "To make them, a model of your face may be built, for you alone. This release allows no other training."
    else:
        yield "This release does not allow training."
    yield "Nothing is ever sold, leased or traded, and nothing is used for ads."


def _term(facts: Facts) -> Iterator[str]:
    yield "3. How long"
    term = Duration.parse(facts.term).in_words()
    yield f"This release lasts {term} from the moment you sign. After that it ends by itself, and we must ask you again."
    if facts.kept:
        yield "What was stored before that is destroyed at the moments named above."


def _recipients(facts: Facts) -> Iterator[str]:
    yield "4. Who receives it"
    yield "Only these companies receive it. They work for us and only run this service:"
    for recipient in facts.recipients:
        yield f"{BULLET}{recipient.name}"


def _backups(facts: Facts) -> Iterator[str]:
    yield "5. Backups"
    if not facts.backup_age:
        yield "No backup holds any of it."
        return
    age = Duration.parse(facts.backup_age).in_words()
    every = f" A new one is made every {_every(facts.backup_cycle)}." if facts.backup_cycle else ""
    yield f"Backups may hold copies for a while.{every} Each backup is destroyed after {age} at the latest."


def _every(cycle: str) -> str:
    return Duration.parse(cycle).in_words().removeprefix("1 ")


def _back(facts: Facts) -> Iterator[str]:
    yield "6. How to take it back"
    yield (
        "You can take this release back at any time. There is one button for it on the page where you signed. "
        f"You can also use {facts.privacy_page}{f' or write to {facts.contact}' if facts.contact else ''}."
    )
    if facts.purpose == Purpose.FACE_SCAN:
        yield "It works at once: from then on nothing new is made, and what was made for this purpose is destroyed."
        return
    yield "It works at once: from then on nothing of yours is used to train, and what was stored for this training is destroyed."
    if facts.purpose == Purpose.TRAIN_SHARED_MODEL:
        yield "A model that was trained before that may still hold some of what it learned."
    yield "Your scan and your results stay as they are."
