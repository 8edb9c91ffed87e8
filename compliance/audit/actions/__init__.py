"""What the ledger can be asked to do."""

from compliance.audit.actions.history import save_with_history
from compliance.audit.actions.record import record

__all__ = ["record", "save_with_history"]
