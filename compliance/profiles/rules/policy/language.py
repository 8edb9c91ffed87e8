"""Which parts of a text are not English. The linter reads English only, and says so instead of calling the rest clean."""

from collections.abc import Sequence

from compliance.profiles.rules.policy.sentences import Sentence
from compliance.profiles.rules.policy.words import word_list

# The commonest small words of a language hardly occur in another; those that do ("an", "in") are left out.
ENGLISH = word_list("english")
OTHERS = word_list("other_languages")
ENOUGH = 5  # words; a shorter part cannot be judged and is read as English
LATIN_SHARE = 0.5
SAMPLE = 20  # sentences of a part that are looked at


def foreign(read: Sequence[Sentence], text: str) -> frozenset[int]:
    """The numbers of the blocks that are not English."""
    parts: dict[int, list[Sentence]] = {}
    for sentence in read:
        parts.setdefault(sentence.block, []).append(sentence)
    return frozenset(block for block, part in parts.items() if _is_foreign(part[:SAMPLE], text))


def _is_foreign(part: Sequence[Sentence], text: str) -> bool:
    words = [text[token.start : token.end].lower() for sentence in part for token in sentence.tokens[sentence.first :]]
    letters = [letter for letter in "".join(words)[:1000] if letter.isalpha()]
    if len(letters) >= ENOUGH and sum(letter < "ɐ" for letter in letters) < LATIN_SHARE * len(letters):
        return True
    if len(words) < ENOUGH:
        return False
    english = sum(word in ENGLISH for word in words)
    other = sum(word in OTHERS for word in words)
    return other > 1 and other > english
