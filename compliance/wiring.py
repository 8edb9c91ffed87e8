"""Topic -> keeper: read this one file to follow any side effect."""

from collections.abc import Mapping

import compliance.erasure.actions as erasure
import consent.handlers
import dsar.handlers
from compliance.delivery.actions import Handler

HANDLERS: Mapping[str, Handler] = {
    # dsar.actions: a request came in, was confirmed, answered or refused -> the mail that says so
    "dsar.mail_confirm": dsar.handlers.mail_confirm,
    "dsar.mail_received": dsar.handlers.mail_received,
    "dsar.mail_answered": dsar.handlers.mail_answered,
    "dsar.mail_refused": dsar.handlers.mail_refused,
    # erasure.actions.order -> calls, receipts, negative reads, until everything is gone
    "erasure.run": erasure.run,
    # the order is complete -> the sealed certificate
    "erasure.certify": erasure.certify,
    # the certificate is sealed -> the requests behind the order are answered
    "erasure.certified": dsar.handlers.order_completed,
    # a release was signed -> the signer's copy
    "consent.release_signed": consent.handlers.release_signed,
}
