"""Who did it: asked for by every action, copied as text into the ledger, linked into the history."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Actor:
    """`name` and `role` are evidence and survive the account; `officer` is the account itself, for the history tables."""

    name: str
    role: str
    officer: Any = field(default=None, compare=False, repr=False)


SERVICE = Actor("Efface", "service")
PERSON = Actor("the person", "person")
