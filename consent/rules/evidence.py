"""The evidence of a signature as JSON: everything that law/rules.md D2 lists, in one text that is sealed and hashed."""

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from compliance.core import clock
from compliance.core.version import VERSION
from consent.models import Paper, Release
from consent.rules import notices

SCHEMA = "efface-signature/1"


def evidence_of(release: Release, *, subject_kind: str, zone: str, said: Mapping[str, Any]) -> str:
    """The whole of it. `said` holds who signed, with which act, and how they were authenticated.

    A copy that was delivered is no part of it: that happens later, and stands in the ledger.
    """
    notice, signed = release.notice, release.state == Release.State.ACTIVE
    evidence: dict[str, Any] = {
        "schema": SCHEMA,
        "release": str(release.pk),
        "subject_kind": subject_kind,
        **said,
        "intent": notices.intent(release.purpose, notice.locale) if signed else None,
        "method": release.method,
        "channel": release.channel,
        "role": release.signer_role,
        "authority": _paper(release.authority),
        "paper": _paper(release.paper),
        "notice": {"id": str(notice.pk), "version": notice.version, "locale": notice.locale, "sha256": notice.hash},
        "purposes": [release.purpose],
        "piece": release.piece or None,
        "term": notice.term,
        "recipients": list(release.recipients),
        "shown_at": clock.to_text(release.shown_at),
        "signed_at": clock.to_text(release.signed_at),
        "zone": zone,
        "signed_at_local": release.signed_at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds"),
        "expires_at": clock.to_text(release.expires_at),
        "gpc": release.gpc,
        "withdrawal_instructions_shown": True,
        # Which pages were shown: a version of the product has one form to sign in.
        "software": {"name": "Efface", "version": VERSION},
    }
    return json.dumps(evidence, ensure_ascii=False)


def _paper(paper: Paper | None) -> dict[str, Any] | None:
    if paper is None:
        return None
    ends = paper.ends_on.isoformat() if paper.ends_on else None
    return {"id": str(paper.pk), "what": paper.what, "sha256": paper.sha256, "size": paper.size, "ends_on": ends}
