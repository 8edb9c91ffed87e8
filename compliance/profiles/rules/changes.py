"""What differs between two promises, line by line, for people who decide."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Line:
    """One line of the comparison. `kind`: same, added or removed."""

    kind: str
    text: str


KINDS = {" ": "same", "+": "added", "-": "removed"}


def as_yaml(document: Mapping[str, Any]) -> str:
    """A document as an officer edits it: the keys in their order, one thing a line."""
    return yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=120)


def compared(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Line]:
    """Every line of both, in the order of the new one. Keys are sorted: the database does not keep theirs."""
    old, new = (yaml.safe_dump(dict(d or {}), sort_keys=True, allow_unicode=True, width=120).splitlines() for d in (before, after))
    if before is None:
        old = []
    return [Line(KINDS[line[0]], line[2:]) for line in difflib.ndiff(old, new) if line[0] in KINDS]
