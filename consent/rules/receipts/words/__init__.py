"""The words of receipts, of the mails about them and of the page behind a receipt code: data in one module a language.

A key stands for the same statement in all languages, with the same blanks; a test compares them.
"""

from collections.abc import Mapping

from consent.rules.receipts.words import de, en, es, fr

WORDS: Mapping[str, Mapping[str, str]] = {"en": en.WORDS, "es": es.WORDS, "de": de.WORDS, "fr": fr.WORDS}


def say(language: str | None, key: str, **blanks: object) -> str:
    """One statement, its blanks filled; in English where the language has no words here. Raises KeyError for an unknown key."""
    table = WORDS.get((language or "en").partition("-")[0], WORDS["en"])
    return table[key].format(**blanks)
