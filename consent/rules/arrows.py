"""The allowed state changes of a release. It comes into being active or refused; an end is an end."""

from collections.abc import Mapping

from consent.models import Release

State = Release.State

ARROWS: Mapping[State, frozenset[State]] = {
    State.ACTIVE: frozenset({State.WITHDRAWN, State.EXPIRED, State.STALE, State.SUPERSEDED}),
    State.WITHDRAWN: frozenset(),
    State.EXPIRED: frozenset(),
    State.STALE: frozenset(),
    State.SUPERSEDED: frozenset(),
    State.REFUSED: frozenset(),
}
