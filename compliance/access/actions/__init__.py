"""What can be done about access."""

from compliance.access.actions.keys import NewKey, create_client, issue_key, revoke_key
from compliance.access.actions.limits import forget_old, take
from compliance.access.actions.remember import remembered

__all__ = ["NewKey", "create_client", "forget_old", "issue_key", "remembered", "revoke_key", "take"]
