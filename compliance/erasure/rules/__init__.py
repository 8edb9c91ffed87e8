"""The pure rules of erasure: the ladder of an outcome, why an order exists, and what a hold may stop."""

from compliance.erasure.rules.holds import HOLD_ARROWS, Effect, effect, refusals
from compliance.erasure.rules.ladder import (
    ARROWS,
    ASK_AGAIN,
    ASK_AGAIN_AFTER,
    BATCH,
    DONE,
    ENDED,
    LADDER,
    LATE_AFTER,
    METHODS,
    NOT_THERE,
    PRECEDENCE,
    REASONS,
    TO_CALL,
    URGENT,
)

__all__ = [
    "ARROWS",
    "ASK_AGAIN",
    "ASK_AGAIN_AFTER",
    "BATCH",
    "DONE",
    "ENDED",
    "HOLD_ARROWS",
    "LADDER",
    "LATE_AFTER",
    "METHODS",
    "NOT_THERE",
    "PRECEDENCE",
    "REASONS",
    "TO_CALL",
    "URGENT",
    "Effect",
    "effect",
    "refusals",
]
