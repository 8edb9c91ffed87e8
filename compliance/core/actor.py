"""Who did it: asked for by every action, copied as text into the ledger, linked into the history."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Actor:
    """`name` and `role` are evidence and survive the account; `officer` is the account itself, for the history tables."""

    name: str
    role: str
    officer: Any = field(default=None, compare=False, repr=False)

    @property
    def account(self) -> int | None:
        """The id of the officer's account: it stays when they are renamed, and tells namesakes apart."""
        return getattr(self.officer, "pk", None)

    def did(self, name: str, account: int | None) -> bool:
        """Whether what is noted under this name and account was this actor's doing."""
        return self.account == account if self.account is not None and account is not None else self.name == name


SERVICE = Actor("Efface", "service")
PERSON = Actor("the person", "person")
