"""Numbers on the first page of the admin. Down here, because every room brings its own and rooms do not see each other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise


@dataclass(frozen=True)
class Card:
    """One number on the first page. `count` is asked only for officers with `permission`; `page` is the list behind it."""

    title: str | Promise
    permission: str
    count: Callable[[datetime], int]
    page: str
    filters: Callable[[datetime], str] = lambda _at: ""
    urgent: bool = False


class HasCards(Protocol):
    """Our admin site, as rooms beside its own know it."""

    def register_cards(self, cards: Iterable[Card]) -> None: ...
