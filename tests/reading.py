"""How hard a text is to read, as a school grade, in the four languages of notices. Lines count as sentences, as headings and lists read.

Sources of the formulas:
* English: Kincaid et al. 1975, Flesch-Kincaid grade.
* Spanish: Szigriszt 1993, perspicuidad (206.835 - 62.3 S/W - W/F), on the INFLESZ scale of Barrio-Cantalejo 2008: above 55 is
  “normal”, the press that most adults read; 65 is what a school child of about grade 6 reads.
* German: Bamberger and Vanecek 1984, first Wiener Sachtextformel, a grade.
* French: Kandel and Moles 1958 (207 - 1.015 W/F - 73.6 S/W), on Flesch's scale.
A score of ease becomes a grade along Flesch's own bands (90: grade 5, 80: 6, 70: 7, 60: 8, 50: 10, 30: 13), read between the bands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# What makes one syllable: a vowel, or vowels that are said together.
NUCLEUS = {
    "en": re.compile(r"[aeiouy]+"),
    # Weak vowels lean on a strong one; a stressed weak vowel stands alone.
    "es": re.compile(r"[iuü]?[aeoáéó][iuy]?|[íú]|[iuü]+"),
    "de": re.compile(r"aa|ee|oo|ie|ei|ai|au|eu|äu|[aeiouyäöü]"),
    "fr": re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+"),
}
# What is written and not said.
SILENT = {
    "en": re.compile(r"(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[^aeiouytd])ed$"),
    "es": re.compile(r"(?<=[qg])u(?=[eiéí])"),
    "de": re.compile(r"(?!)"),
    # The mute e, also before a plural or a verb's ending.
    "fr": re.compile(r"(?<=\w{2})(?<=[^aeiouyàâéèêëîïôùûü])(?:e|es|ent)$"),
}
# Flesch's bands: ease, grade.
BANDS = ((100.0, 4.0), (90.0, 5.0), (80.0, 6.0), (70.0, 7.0), (60.0, 8.0), (50.0, 10.0), (30.0, 13.0), (0.0, 17.0))
# Silent reading in words a minute (Brysbaert 2019, who puts languages side by side).
WORDS_A_MINUTE = {"en": 238, "es": 278, "de": 260, "fr": 214}


@dataclass(frozen=True)
class Counts:
    words: Sequence[str]
    syllables: Sequence[int]
    sentences: int


def count(text: str, locale: str) -> Counts:
    """Words, their syllables and the sentences. Addresses and numbers are no words: they are copied, not read."""
    plain = re.sub(r"\S*(?:://|@)\S*", " ", text)
    sentences = [part for part in re.split(r"[.!?;:](?:\s|$)|\n+", plain) if re.search(r"[^\W\d_]", part)]
    words = re.findall(r"[^\W\d_]+", plain)
    return Counts(words, [syllables(word.lower(), locale) for word in words], len(sentences))


def syllables(word: str, locale: str) -> int:
    """How many a word in lower case has; one at least."""
    return max(1, len(NUCLEUS[locale].findall(SILENT[locale].sub("", word))))


def grade(text: str, locale: str = "en") -> float:
    """The school grade that a text asks for."""
    counted = count(text, locale)
    words = len(counted.words)
    per_sentence, per_word = words / counted.sentences, sum(counted.syllables) / words
    if locale == "en":
        return 0.39 * per_sentence + 11.8 * per_word - 15.59
    if locale == "de":
        return vienna(counted, per_sentence)
    if locale == "es":
        return from_ease(206.835 - 62.3 * per_word - per_sentence)
    return from_ease(207 - 1.015 * per_sentence - 73.6 * per_word)


def vienna(counted: Counts, per_sentence: float) -> float:
    words = len(counted.words)
    three = 100 * sum(number >= 3 for number in counted.syllables) / words
    one = 100 * sum(number == 1 for number in counted.syllables) / words
    long = 100 * sum(len(word) > 6 for word in counted.words) / words
    return 0.1935 * three + 0.1672 * per_sentence + 0.1297 * long - 0.0327 * one - 0.875


def from_ease(ease: float) -> float:
    """Along the bands; beyond them, their ends."""
    for (easier, low), (harder, high) in pairwise(BANDS):
        if ease >= harder:
            return high - (min(ease, easier) - harder) / (easier - harder) * (high - low)
    return BANDS[-1][1]


def minutes(text: str, locale: str = "en") -> float:
    """How long most people take to read it."""
    return len(text.split()) / WORDS_A_MINUTE[locale]
