"""What the ledger can be asked to do."""

from compliance.audit.actions.checkpoint import checkpoint
from compliance.audit.actions.history import save_with_history
from compliance.audit.actions.record import Fact, record, record_all
from compliance.audit.actions.sequence import sequence

__all__ = ["Fact", "checkpoint", "record", "record_all", "save_with_history", "sequence"]
