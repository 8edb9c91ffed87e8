"""What can be done with documents."""

from compliance.evidence.actions.seal import seal

__all__ = ["seal"]
