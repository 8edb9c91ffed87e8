"""How a model says which personal data it holds and how that data leaves. A test walks every model, history tables too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds."""

    NONE = "none"  # closed words, machine ids, dates, counts: nothing that names a person
    LINK = "link"  # the random subject id, or an id that only a connected system can resolve
    SEALED = "sealed"  # encrypted under the subject's own key: unreadable once that key is destroyed
    INDEX = "index"  # keyed hash for look-ups; the row is deleted with the subject's key
    STAFF = "staff"  # the name of an officer or an API client, kept as evidence of who acted


@dataclass(frozen=True)
class PersonalData:
    """`fields` names every field that could hold text or bytes; `leaves` is a sentence that somebody would sign."""

    leaves: str
    fields: Mapping[str, Kind] = field(default_factory=dict)
    subject: str | None = None


def nothing(*names: str, why: str) -> PersonalData:
    """A model without personal data: the fields named hold closed words and machine ids only."""
    return PersonalData(leaves=why, fields=dict.fromkeys(names, Kind.NONE))
