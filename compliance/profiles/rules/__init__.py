"""The pure rules of profiles: what their format is, what is refused, and when something is due."""

from compliance.profiles.rules.due import Due, due
from compliance.profiles.rules.format import Clause, Refusal, entry_of, same_as_of
from compliance.profiles.rules.refusals import refusals

__all__ = ["Clause", "Due", "Refusal", "due", "entry_of", "refusals", "same_as_of"]
