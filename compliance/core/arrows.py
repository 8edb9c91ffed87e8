"""Tables of allowed state changes and their one reader."""

from collections.abc import Mapping
from typing import TypeVar

from compliance.core.errors import ArrowRefused

State = TypeVar("State", bound=str)


def check(arrows: Mapping[State, frozenset[State]], old: State, new: State) -> None:
    """Raise `ArrowRefused` unless the table holds the arrow `old -> new`."""
    if new not in arrows.get(old, frozenset()):
        raise ArrowRefused(f"A change from “{old}” to “{new}” is not possible. Look at the record again: it may have moved on.")
