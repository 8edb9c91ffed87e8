"""What can be done to a request."""

from dsar.actions.answer import answer, forget
from dsar.actions.confirm import confirm
from dsar.actions.decide import approve, refuse, verify
from dsar.actions.expire import expire_unconfirmed
from dsar.actions.receive import Received, receive, receive_depicted, receive_from_system, receive_with_code
from dsar.actions.view import note_view
from dsar.actions.withdraw import withdraw_by_person

__all__ = [
    "Received",
    "answer",
    "approve",
    "confirm",
    "expire_unconfirmed",
    "forget",
    "note_view",
    "receive",
    "receive_depicted",
    "receive_from_system",
    "receive_with_code",
    "refuse",
    "verify",
    "withdraw_by_person",
]
