"""What a receipt says: one set of facts, written as ISO/IEC TS 27560 (DPV), as Kantara 1.1, and in words."""

from consent.rules.receipts.facts import Facts, Happening, Party, given, happenings, stages
from consent.rules.receipts.kantara import kantara
from consent.rules.receipts.record import record

__all__ = ["Facts", "Happening", "Party", "given", "happenings", "kantara", "record", "stages"]
