"""The same facts as a Kantara Consent Receipt 1.1 (KI-CR-v1.1.0)."""

from datetime import datetime
from typing import Any

from consent.rules.receipts.facts import DISCLOSE, Facts

VERSION = "KI-CR-v1.1.0"
BIOMETRIC = "3 - Biometric"
# The purpose categories of the specification's appendix.
CATEGORIES = {
    "face_scan": "2 - Contracted Service",
    "regenerate": "2 - Contracted Service",
    "match": "2 - Contracted Service",
    "train_personal_model": "5 - Personalized Experience",
    "train_shared_model": "16 - Improve Performance",
    "quality": "16 - Improve Performance",
    "benchmark": "16 - Improve Performance",
    "marketing": "6 - Marketing",
    DISCLOSE: "11 - 3rd Party Disclosure",
}


def kantara(facts: Facts) -> dict[str, Any]:
    """The receipt of one release. What the operator has not told us (a telephone) is an empty text: nothing is made up."""
    release = facts.release
    return {
        "version": VERSION,
        "jurisdiction": ", ".join(facts.jurisdictions),
        "consentTimestamp": int(datetime.fromisoformat(release["signed_at"]).timestamp()),
        "collectionMethod": f"{release['channel']}: {release['method']}",
        "consentReceiptID": release["id"],
        "language": facts.notice["locale"],
        # A random id: the receipt must not name the person.
        "piiPrincipalId": facts.subject,
        "piiControllers": [
            {
                "piiController": facts.operator,
                "onBehalf": False,
                "contact": facts.email or facts.policy_url,
                "address": {"streetAddress": facts.address},
                "email": facts.email,
                "phone": "",
                "piiControllerUrl": facts.policy_url,
            }
        ],
        "policyUrl": facts.policy_url,
        "services": [{"service": facts.operator, "purposes": [_purpose(facts)]}],
        "sensitive": True,
        "spiCat": [BIOMETRIC],
    }


def _purpose(facts: Facts) -> dict[str, Any]:
    purpose: dict[str, Any] = {
        "purpose": facts.purpose_words,
        "purposeCategory": [CATEGORIES[facts.family]],
        "consentType": "EXPLICIT",
        "piiCategory": [BIOMETRIC],
        "primaryPurpose": facts.family == "face_scan",
        "termination": _termination(facts),
        "thirdPartyDisclosure": bool(facts.recipients),
    }
    if facts.recipients:
        purpose["thirdPartyName"] = ", ".join(party.name for party in facts.recipients)
    return purpose


def _termination(facts: Facts) -> str:
    release = facts.release
    if release["state"] == "active":
        return f"{release['expires_at']} ({release['term']}), or earlier when taken back at {facts.withdraw_url}"
    return f"{release['state']} at {release['ended_at']}"
