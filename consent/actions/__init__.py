"""What can be done about consent."""

from consent.actions.controller import describe
from consent.actions.link import LINK_LIFE, OFFERED, offer
from consent.actions.publish import DraftChanged, publish, publish_disclosure, publish_notices
from consent.actions.sign import LinkEnded, Signature, TextChanged, decline, sign
from consent.actions.withdraw import Withdrawal, end_for_erasure, withdraw

__all__ = [
    "LINK_LIFE",
    "OFFERED",
    "DraftChanged",
    "LinkEnded",
    "Signature",
    "TextChanged",
    "Withdrawal",
    "decline",
    "describe",
    "end_for_erasure",
    "offer",
    "publish",
    "publish_disclosure",
    "publish_notices",
    "sign",
    "withdraw",
]
