"""What can be done about connected systems."""

from compliance.backend.actions.connect import connect, describe
from compliance.backend.actions.health import faulted, succeeded

__all__ = ["connect", "describe", "faulted", "succeeded"]
