"""People with releases put straight into the tables, and a program that asks: for tests that begin after somebody signed."""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client

from compliance.access.actions import create_client, issue_key
from compliance.core import clock
from compliance.core.actor import Actor
from compliance.profiles.actions import activate, store
from compliance.subjects.actions import know
from compliance.subjects.models import Subject
from consent.models import Notice, Release
from tests.apps.consent.consent_cast import starter

OFFICER = Actor("Olga Officer", "officer")
SYSTEM = "scan-demo"
LIVES_IN_ILLINOIS = ["IL"]


@dataclass
class Door:
    """A scan backend with a key that may check."""

    system: str = SYSTEM
    browser: Client = field(default_factory=Client)
    key: str = ""

    def __post_init__(self) -> None:
        client = create_client(name=f"{self.system} {uuid.uuid4().hex[:6]}", system=self.system, actor=OFFICER, at=clock.now())
        self.key = issue_key(client=client, scopes=["check"], actor=OFFICER, at=clock.now()).text

    def post(self, path: str, body: Any, **headers: str) -> Any:
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        sent = {"Authorization": f"Bearer {self.key}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.post(f"/access/v1/{path}", raw, content_type="application/json", headers=sent)

    def ask(self, reference: str, purpose: str = "face_scan", **context: Any) -> dict[str, Any]:
        """The whole answer to a check, whose decision agrees with its reason."""
        response = self.post("evaluation", question(reference, purpose, **context))
        assert response.status_code == 200, response.content
        answer: dict[str, Any] = response.json()
        assert answer["decision"] is (answer["context"]["reason"] == "active")
        assert ("decision_token" in answer["context"]) is answer["decision"]
        return answer

    def reason(self, reference: str, purpose: str = "face_scan", **context: Any) -> str:
        return str(self.ask(reference, purpose, **context)["context"]["reason"])

    def many(self, body: Any) -> list[dict[str, Any]]:
        response = self.post("evaluations", body)
        assert response.status_code == 200, response.content
        found: list[dict[str, Any]] = response.json()["evaluations"]
        return found

    def search(self, kind: str, body: Any) -> tuple[list[str], str]:
        """The names that were found, and the token of the next page."""
        response = self.post(f"search/{kind}", body)
        assert response.status_code == 200, response.content
        found = response.json()
        assert found["page"]["count"] == len(found["results"])
        return [row.get("id") or row["name"] for row in found["results"]], found["page"]["next_token"]


def question(reference: str, purpose: str = "face_scan", **context: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "data_subject", "id": reference},
        "action": {"name": purpose},
        "resource": {"type": "scan_session", "id": "scn_1"},
        "context": context,
    }


def notice(purpose: str = "face_scan", *, reach: int = 1, recipients: tuple[str, ...] = ("gpu-host",), locale: str = "en") -> Notice:
    """The notice of a purpose with this reach; a new version where there is none yet."""
    found = Notice.objects.filter(purpose=purpose, reach=reach, locale=locale).first()
    if found:
        return found
    version = Notice.objects.filter(purpose=purpose, locale=locale).count() + 1
    return Notice.objects.create(
        purpose=purpose,
        locale=locale,
        version=version,
        reach=reach,
        title=f"About {purpose}",
        body="What we do with your face.",
        hash=hashlib.sha256(f"{purpose} {version}".encode()).hexdigest(),
        recipients=list(recipients),
        term="P30D",
        profile_hash="0" * 64,
    )


def person(reference: str, **facts: Any) -> Subject:
    """Somebody the service knows; of Illinois, where nothing but a release is asked for."""
    subject = know(reference=reference, actor=OFFICER, at=clock.now())
    Subject.objects.filter(pk=subject.pk).update(**{"jurisdictions": LIVES_IN_ILLINOIS} | facts)
    subject.refresh_from_db()
    return subject


def release(reference: str, purpose: str = "face_scan", **changes: Any) -> Release:
    """A release of this person for one purpose, active unless `changes` say otherwise."""
    subject = Subject.objects.filter(pk=know(reference=reference, actor=OFFICER, at=clock.now()).pk)
    if not subject.get().jurisdictions and not changes.pop("anywhere", False):
        subject.update(jurisdictions=LIVES_IN_ILLINOIS)
    at = clock.now() - timedelta(seconds=1)
    shown = changes.pop("notice", None) or notice(purpose)
    made = {
        "subject": subject.get(),
        "purpose": purpose,
        "piece": "",
        "notice": shown,
        "recipients": list(shown.recipients),
        "text_hash": shown.hash,
        "signer_role": "self",
        "method": "typed_name",
        "system": SYSTEM,
        "evidence_sealed": b"sealed",
        "shown_at": at,
        "signed_at": at,
        "expires_at": at + timedelta(days=30),
        **changes,
    }
    return Release.objects.create(**made)


def promise(minors: str = "deny") -> None:
    """A profile with this rule for minors becomes the active one."""
    document = starter("thirty-days") | {"minors": minors}
    at = clock.now()
    activate(profile=store(document=document, actor=OFFICER, at=at), actor=OFFICER, at=at, reason="test")
