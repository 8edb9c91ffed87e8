"""What people hand in: papers, drawn names, calls of a product; and a company that may ask for more than a scan."""

import json
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf

from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.profiles.models import Party
from compliance.subjects.actions.describe import describe
from compliance.subjects.models import Subject
from compliance.subjects.queries import sealer
from consent.actions import Signature, offer, publish, sign
from consent.models import Notice, Release, ReleaseLink
from consent.queries import current_notice
from consent.rules import notices
from tests.apps.consent.consent_cast import OFFICER, SYSTEM, activated, starter

DRAWN = "[[[100,200],[140,260],[220,180]],[[300,200],[420,240]]]"
LAB = "partner-lab"


def pdf(*, change: Any = None, pages: int = 1, **save: Any) -> bytes:
    """A PDF of blank pages; `change` gets the document before it is saved."""
    out = BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        if change:
            change(document)
        document.save(out, **save)
    return out.getvalue()


def company(*, minors: str = "deny") -> None:
    """A company that also asks for marketing of named pieces, and to share with one laboratory."""
    Party.objects.get_or_create(
        slug=LAB, defaults={"name": "Partner Lab", "role": "partner", "country": "US", "purpose": "research on faces"}
    )
    document = starter("thirty-days")
    document["artifacts"]["generated_output"]["purposes"] = ["account_history", "marketing"]
    document["sharing"]["partner_labs"] = "opt_in"
    document["minors"] = minors
    activated(document)
    for purpose in ("marketing", f"disclose:{LAB}"):
        publish(purpose=purpose, actor=OFFICER, at=clock.now())


def person(reference: str, **facts: Any) -> Subject:
    return describe(reference=reference, actor=OFFICER, at=clock.now(), **facts).subject


def link_for(reference: str = "ana", purpose: str = "face_scan", **more: Any) -> ReleaseLink:
    return offer(reference=reference, purpose=purpose, system=SYSTEM, actor=OFFICER, at=clock.now(), **more)[0]


def signature(purpose: str = "face_scan", locale: str = "en", **changes: Any) -> Signature:
    at = clock.now()
    whole: dict[str, Any] = {"notice_id": current_notice(purpose, locale).pk, "shown_at": at, "agreed": True, "typed_name": "Ana Example"}
    return Signature(**(whole | changes))


def sign_as(link: ReleaseLink, purpose: str | None = None, at: datetime | None = None, **changes: Any) -> Release:
    """Sign the link's own purpose, or one beside it."""
    asked = purpose or link.purpose
    locale = changes.pop("locale", "en")
    return sign(link_id=link.pk, purpose=asked, signature=signature(asked, locale, **changes), actor=PERSON, at=at or clock.now())


def proxy(role: str = "representative", ends: date | None = None, **changes: Any) -> dict[str, Any]:
    """What somebody adds who signs for another person."""
    return {
        "role": role,
        "typed_name": "Gus Guardian",
        "authority": pdf(),
        "authority_what": "court order",
        "authority_ends": ends,
        **changes,
    }


def told(reference: str = "ana", purpose: str = "face_scan", **changes: Any) -> dict[str, Any]:
    """The body of a call that records what was signed in the product a minute ago; a key with a dot changes what is inside."""
    notice: Notice = current_notice(purpose)
    now = clock.now()
    body: dict[str, Any] = {
        "subject": reference,
        "purpose": purpose,
        "notice": {"id": str(notice.pk), "text_sha256": notice.hash, "locale": notice.locale},
        "shown_at": (now - timedelta(minutes=3)).isoformat(),
        "signed_at": (now - timedelta(minutes=1)).isoformat(),
        "method": "typed_name",
        "act": "ticked_box_and_pressed_button",
        "intent": notices.intent(purpose, notice.locale),
        "signer": {"role": "self", "name": "Ana Example"},
    }
    for name, value in changes.items():
        part, _, inner = name.partition("__")
        if inner:
            body[part] = {**body[part], inner: value}
        else:
            body[part] = value
    return body


def evidence_of(release: Release) -> dict[str, Any]:
    opened = sealer(release.subject_id).open(f"consent.release.evidence:{release.pk}", bytes(release.evidence_sealed))
    return dict(json.loads(opened))
