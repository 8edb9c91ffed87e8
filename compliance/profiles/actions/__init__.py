"""What can be done with profiles."""

from compliance.profiles.actions.activate import activate
from compliance.profiles.actions.store import read_text, read_yaml, store
from compliance.profiles.actions.two_people import activate_due, approve_activation, propose_activation, reject_activation

__all__ = ["activate", "activate_due", "approve_activation", "propose_activation", "read_text", "read_yaml", "reject_activation", "store"]
