"""The protocol `face-deletion/1`, as its caller speaks it."""

from compliance.backend.protocol.answers import Deletion, Description, Found, ItemOutcome, Page, Store
from compliance.backend.protocol.client import Client

__all__ = ["Client", "Deletion", "Description", "Found", "ItemOutcome", "Page", "Store"]
