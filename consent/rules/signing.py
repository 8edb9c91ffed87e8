"""What makes a signature: a name that was typed and a box that was ticked, after the text was shown."""

import unicodedata

from compliance.core.errors import FieldError

LONGEST_NAME = 200


def clean_name(typed: str) -> str:
    """A typed name as it is kept: Unicode NFC, spaces at the ends and in a row taken away."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def missing(*, name: str, agreed: bool) -> list[FieldError]:
    """What a signature still lacks, one remedy for each; an empty list when it is whole."""
    found = []
    if not any(unicodedata.category(char).startswith("L") for char in name):
        found.append(FieldError("/name", "Type your full name. It is your signature."))
    elif len(name) > LONGEST_NAME:
        found.append(FieldError("/name", f"Your name may have {LONGEST_NAME} characters at most."))
    elif any(unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} for char in name):
        found.append(FieldError("/name", "Your name holds a character that cannot be kept. Type it again."))
    if not agreed:
        found.append(FieldError("/agree", "Tick the box if you agree. If you do not agree, leave it empty and say no."))
    return found
