"""The allowed changes of a request's state (domain: Request)."""

from collections.abc import Mapping

from dsar.models import Request

State = Request.State

ARROWS: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.AWAITING_CONFIRMATION, State.DECIDING}),
    # An officer may know the person by other means than the link (U6), and may refuse what nobody ever confirmed.
    State.AWAITING_CONFIRMATION: frozenset({State.VERIFYING, State.DECIDING, State.REFUSED, State.WITHDRAWN_BY_PERSON}),
    State.VERIFYING: frozenset({State.DECIDING, State.REFUSED, State.WITHDRAWN_BY_PERSON}),
    State.DECIDING: frozenset({State.RUNNING, State.REFUSED, State.WITHDRAWN_BY_PERSON}),
    # Destruction has begun: there is no way back, only through.
    State.RUNNING: frozenset({State.ANSWERED}),
    State.ANSWERED: frozenset(),
    State.REFUSED: frozenset(),
    State.WITHDRAWN_BY_PERSON: frozenset(),
    # Reached when requests of several channels can be joined by an officer; nothing leads here yet.
    State.JOINED: frozenset(),
}

OPEN: frozenset[State] = frozenset({State.RECEIVED, State.AWAITING_CONFIRMATION, State.VERIFYING, State.DECIDING, State.RUNNING})
UNDECIDED: frozenset[State] = frozenset({State.AWAITING_CONFIRMATION, State.VERIFYING, State.DECIDING})
