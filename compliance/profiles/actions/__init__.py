"""What can be done with profiles."""

from compliance.profiles.actions.activate import activate
from compliance.profiles.actions.store import read_yaml, store

__all__ = ["activate", "read_yaml", "store"]
