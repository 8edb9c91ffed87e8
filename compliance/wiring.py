"""Topic -> keeper: read this one file to follow any side effect."""

from collections.abc import Mapping

import compliance.erasure.actions as erasure
import compliance.retention.actions as retention
import consent.actions.notify
import consent.handlers
import consent.queries.webhooks
import dsar.handlers
from compliance.delivery.actions import Handler, sender

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
    # a reading of a system's inventory began -> page by page, until the last one
    "retention.read_on": retention.read_on,
    # a profile became the promise -> what it ends sooner is due sooner
    "profiles.activated": retention.profile_activated,
    # a system showed a new epoch -> a restore is taken for declared
    "backend.restored": retention.detected,
    # a restore was declared -> what came back is ordered again, until it was read back as absent
    "retention.replay": retention.replay,
    # a release was signed -> its sealed receipt, and the signer's copy
    "consent.release_signed": consent.handlers.release_signed,
    # a release ended -> the receipt of its end, and a mail where that is news
    "consent.release_ended": consent.handlers.release_ended,
    # consent.actions.change: what a check answers changed -> a message for each webhook endpoint that wants to hear of it
    "consent.notify": consent.actions.notify.notify,
    # a message for one endpoint -> sent, again later, or given up
    "delivery.webhook": sender(consent.queries.webhooks.webhook_data),
}
