"""What retention does: give due dates at registration, and order destruction when time is up."""

from compliance.retention.actions.register import Item, Registered, register_all
from compliance.retention.actions.sweep import sweep

__all__ = ["Item", "Registered", "register_all", "sweep"]
