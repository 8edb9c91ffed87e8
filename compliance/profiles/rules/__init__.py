"""The pure rules of profiles: what their format is, what is refused, and when something is due."""

from compliance.profiles.rules.due import Due, due
from compliance.profiles.rules.format import Clause, Refusal, entry_of, same_as_of
from compliance.profiles.rules.reasons import HEARD, has_live_reason
from compliance.profiles.rules.refusals import refusals
from compliance.profiles.rules.remarks import Remark, remarks

__all__ = ["HEARD", "Clause", "Due", "Refusal", "Remark", "due", "entry_of", "has_live_reason", "refusals", "remarks", "same_as_of"]
