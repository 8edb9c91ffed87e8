"""What the people in these tests do, over HTTP wherever a person or a program would."""

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

import compliance.profiles
from compliance.access.actions import create_client, issue_key
from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON, Actor
from compliance.core.taxonomy import Purpose
from compliance.profiles.actions import activate, read_yaml, store
from compliance.retention.management.commands.load_demo import CONTROLLER
from compliance.subjects.queries import by_reference
from consent.actions import Signature, describe, offer, publish_notices, sign
from consent.models import Notice, Release
from tests.reading import grade as grade

OFFICER = Actor("Olga Officer", "officer")
STARTERS = Path(str(compliance.profiles.__file__)).parent / "starters"
SYSTEM = "scan-demo"


def starter(name: str) -> dict[str, Any]:
    """The document of a starter profile, to be activated as it is or changed first."""
    return dict(read_yaml(STARTERS / f"{name}.yaml"))


def activated(document: dict[str, Any]) -> list[Notice]:
    """Promise this from now on, and publish what it calls for; the notices in English, one a purpose."""
    at = clock.now()
    activate(profile=store(document=document, actor=OFFICER, at=at), actor=OFFICER, at=at, reason="test")
    describe(**CONTROLLER, actor=OFFICER, at=at)
    return [notice for notice in publish_notices(actor=OFFICER, at=at) if notice.locale == "en"]


@dataclass
class World:
    """A browser, and API keys by scope."""

    browser: Client
    keys: dict[str, str] = field(default_factory=dict)

    def key(self, scope: str) -> str:
        if scope not in self.keys:
            client = create_client(name=f"client {scope}", system=SYSTEM, actor=OFFICER, at=clock.now())
            self.keys[scope] = issue_key(client=client, scopes=[scope], actor=OFFICER, at=clock.now()).text
        return self.keys[scope]

    def write(self, address: str, body: Any) -> Any:
        return self.browser.post(
            address,
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key('consent:write')}", "Idempotency-Key": uuid.uuid4().hex},
        )

    def ask(self, reference: str, purpose: Any = "face_scan", context: Any = None) -> dict[str, Any]:
        """A check that must be answered: its whole JSON."""
        response = self.post_check(question(reference, purpose, context))
        assert response.status_code == 200, response.content
        answer: dict[str, Any] = response.json()
        return answer

    def reason(self, reference: str, purpose: str = "face_scan", **context: str) -> str:
        """The reason of a check, having seen that the decision agrees with it."""
        answer = self.ask(reference, purpose, context)
        assert answer["decision"] is (answer["context"]["reason"] == "active")
        return str(answer["context"]["reason"])

    def post_check(self, body: Any, **options: Any) -> Any:
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.key('check')}"} | options.pop("headers", {})
        return self.browser.post(
            "/access/v1/evaluation", raw, content_type=options.pop("content_type", "application/json"), headers=headers
        )

    def link(self, reference: str = "ana", email: str | None = None) -> str:
        """The path of a fresh signing page."""
        _, url = offer(reference=reference, purpose="face_scan", system=SYSTEM, email=email, actor=OFFICER, at=clock.now())
        return urlsplit(url).path

    def form(self, path: str, purpose: str = "", /, **answers: str) -> dict[str, str]:
        """What a browser would send: the hidden field of the form for a purpose (none: the page's own), and what the person filled in."""
        page = self.browser.get(path).content.decode()
        action = re.escape(f"{path}/{purpose}" if purpose else path)
        found = re.search(rf'<form [^>]*action="{action}".*?name="shown" value="([^"]+)"', page, re.DOTALL)
        assert found, f"no form for {purpose or path}"
        return {"shown": unescape(found.group(1)), **answers}

    def sign_on_page(self, path: str, name: str = "Ana Example") -> Any:
        return self.browser.post(path, self.form(path, name=name, agree="yes"))


def question(reference: str, purpose: Any = "face_scan", context: Any = None) -> dict[str, Any]:
    return {
        "subject": {"type": "data_subject", "id": reference},
        "action": {"name": purpose},
        "resource": {"type": "scan_session", "id": "scn_1"},
        "context": {} if context is None else context,
    }


def signed(reference: str = "ana", purpose: Purpose = Purpose.FACE_SCAN, *, email: str | None = None, **changes: Any) -> Release:
    """A release signed through the actions, for tests that begin after it. `changes` are written over its row."""
    at = clock.now()
    link, _ = offer(reference=reference, purpose="face_scan", system=SYSTEM, email=email, actor=OFFICER, at=at)
    notice = Notice.objects.filter(purpose=purpose, locale="en").latest("version")
    release = sign(
        link_id=link.pk,
        purpose=purpose,
        signature=Signature(notice.pk, at, True, "Ana Example"),
        actor=PERSON,
        at=at,
    )
    for name, value in changes.items():
        setattr(release, name, value)
    release.save()
    return release


def artifact(subject: uuid.UUID, purpose: str = "face_scan", category: str = "face_crop", *, biometric: bool = True) -> Artifact:
    """Something a backend stored, due in thirty days."""
    at = clock.now()
    return Artifact.objects.create(
        system=SYSTEM,
        external_id=uuid.uuid4().hex,
        subject_id=subject,
        category=category,
        purpose=purpose,
        store="crops",
        biometric=biometric,
        created_at=at,
        registered_at=at,
        due_at=at + timedelta(days=30),
        due_why=[],
    )


def subject_id(reference: str) -> uuid.UUID:
    subject = by_reference(reference)
    assert subject is not None
    return subject.pk
