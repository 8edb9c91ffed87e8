"""What can be done about consent."""

from consent.actions.link import LINK_LIFE, OFFERED, offer
from consent.actions.publish import facts_of, publish_notice, publish_notices
from consent.actions.sign import LinkEnded, Signature, TextChanged, decline, sign
from consent.actions.withdraw import Withdrawal, end_for_erasure, withdraw

__all__ = [
    "LINK_LIFE",
    "OFFERED",
    "LinkEnded",
    "Signature",
    "TextChanged",
    "Withdrawal",
    "decline",
    "end_for_erasure",
    "facts_of",
    "offer",
    "publish_notice",
    "publish_notices",
    "sign",
    "withdraw",
]
