"""Whether something may be kept now: the one predicate of registration and of withdrawal."""

from collections.abc import Mapping
from typing import Any

from compliance.core.taxonomy import OperationalPurpose, Trigger
from compliance.profiles.rules.format import entry_of

# The facts that reach the service today. A text for people promises no end that hangs on anything else.
HEARD = frozenset({Trigger.UPLOADED, Trigger.LAST_INTERACTION, Trigger.CONSENT_WITHDRAWN, Trigger.USER_REQUEST})
OPERATIONAL = frozenset(purpose.value for purpose in OperationalPurpose)


def has_live_reason(document: Mapping[str, Any], category: str, purpose: str, biometric: bool, granted: frozenset[str]) -> bool:
    """Both hold: the purpose it was made for, and one of those that the profile keeps its category for.

    `granted` are the purposes in force for the person, the operational ones included; none of those keeps a biometric item.
    """
    usable = granted - OPERATIONAL if biometric else granted
    entry = entry_of(document, category)
    return purpose in usable and entry is not None and bool(usable & frozenset(entry["purposes"]))
