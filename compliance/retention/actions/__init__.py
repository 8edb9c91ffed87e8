"""What retention does: give due dates at registration, order destruction when time is up, and hold inventories against the registry."""

from compliance.retention.actions.recompute import profile_activated
from compliance.retention.actions.reconcile import read_on, start_readings
from compliance.retention.actions.register import Item, Registered, register_all
from compliance.retention.actions.restore import declare_restore, detected, replay
from compliance.retention.actions.sweep import sweep
from compliance.retention.actions.tombstones import replay_tombstones

__all__ = [
    "Item",
    "Registered",
    "declare_restore",
    "detected",
    "profile_activated",
    "read_on",
    "register_all",
    "replay",
    "replay_tombstones",
    "start_readings",
    "sweep",
]
