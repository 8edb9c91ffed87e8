"""A system that trains, and the people whose faces it would like to train on."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from compliance.access.actions import create_client, issue_key
from compliance.access.models import Scope
from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON, Actor
from compliance.core.clock import to_text
from compliance.profiles.actions import activate, store
from compliance.subjects.actions import know
from compliance.subjects.models import Subject
from consent.actions import withdraw
from consent.models import Notice, Release
from tests.apps.consent.consent_cast import OFFICER, starter

SYSTEM = "scan-demo"
BACKEND = Actor("trainer", "system")
SHARED, PERSONAL = "train_shared_model", "train_personal_model"


def promise(**training: str) -> None:
    """A profile that lets people opt in to every reuse, but for what `training` says."""
    document = starter("thirty-days")
    document["training"] = {name: "opt_in" for name in ("personal_model", "shared_model", "quality", "benchmark")} | training
    at = clock.now()
    activate(profile=store(document=document, actor=OFFICER, at=at), actor=OFFICER, at=at, reason="test")


def person(reference: str) -> Subject:
    """Somebody from Illinois."""
    subject = know(reference=reference, actor=BACKEND, at=clock.now())
    if not subject.jurisdictions:
        subject.jurisdictions = ["IL"]
        subject.save()
    return subject


def notice_of(purpose: str, reach: int = 1, published_at: datetime | None = None) -> Notice:
    found = Notice.objects.filter(purpose=purpose, reach=reach).first()
    return found or Notice.objects.create(
        purpose=purpose,
        locale="en",
        version=reach,
        reach=reach,
        title=purpose,
        body="text",
        hash="0" * 64,
        term="P1Y",
        profile_hash="0" * 64,
        recipients=["gpu-host"],
        published_at=published_at or clock.now() - timedelta(days=90),
    )


def allowed(reference: str, purpose: str = SHARED, *, at: datetime | None = None, **more: Any) -> Release:
    """An opt-in that is in force."""
    at = at or clock.now() - timedelta(days=1)
    made: dict[str, Any] = {
        "subject": person(reference),
        "purpose": purpose,
        "notice": notice_of(purpose),
        "recipients": ["gpu-host"],
        "text_hash": "0" * 64,
        "signer_role": "self",
        "method": "typed_name",
        "evidence_sealed": b"sealed",
        "shown_at": at,
        "signed_at": at,
        "expires_at": at + timedelta(days=365),
    }
    return Release.objects.create(**{**made, **more})


def taken_back(reference: str, purpose: str = SHARED) -> None:
    answer = withdraw(subject_id=person(reference).pk, purpose=purpose, actor=PERSON, at=clock.now(), how="test")
    assert answer.withdrawn == 1


def thing(reference: str, name: str, category: str = "training_copy", **more: Any) -> Artifact:
    """Something the system stored of a person."""
    at = clock.now()
    made: dict[str, Any] = {
        "system": SYSTEM,
        "external_id": name,
        "subject": person(reference),
        "category": category,
        "purpose": SHARED,
        "store": "datasets",
        "biometric": True,
        "created_at": at,
        "registered_at": at,
        "due_at": at + timedelta(days=30),
        "due_why": [],
    }
    return Artifact.objects.create(**{**made, **more})


@dataclass
class Trainer:
    """The system, over HTTP."""

    http: Client = field(default_factory=Client)
    system: str = SYSTEM
    key: str = ""

    def __post_init__(self) -> None:
        client = create_client(name=f"{self.system} {uuid.uuid4().hex[:6]}", system=self.system, actor=OFFICER, at=clock.now())
        self.key = issue_key(client=client, scopes=Scope.values, actor=OFFICER, at=clock.now()).text

    def headers(self, key: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key or uuid.uuid4().hex}

    def post(self, address: str, body: Any, **headers: str) -> Any:
        return self.http.post(
            f"/api/v1/{address}", json.dumps(body, default=text), content_type="application/json", headers=self.headers() | headers
        )

    def get(self, address: str) -> Any:
        return self.http.get(f"/api/v1/{address}", headers=self.headers())

    def dataset(self, purpose: str = SHARED, name: str = "") -> str:
        answer = self.post("datasets", {"name": name or f"set-{uuid.uuid4().hex[:8]}", "purpose": purpose})
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    def stream(self, dataset: str, raw: bytes, key: str = "") -> Any:
        return self.http.post(f"/api/v1/datasets/{dataset}/snapshots", raw, content_type="application/x-ndjson", headers=self.headers(key))

    def snapshot(self, dataset: str, names: Iterable[str]) -> "Taken":
        answer = self.stream(dataset, "".join(json.dumps(name) + "\n" for name in names).encode())
        assert answer.status_code == 201, answer.getvalue()
        return Taken.of(answer)

    def model(self, *snapshots: str, name: str = "headshots", kind: str = "shared", **more: Any) -> Any:
        """A model trained now on these snapshots; its JSON."""
        body = {"name": name, "version": uuid.uuid4().hex[:8], "kind": kind, "snapshots": snapshots, "trained_at": clock.now(), **more}
        answer = self.post("models", body)
        assert answer.status_code == 201, answer.content
        return answer.json()


@dataclass(frozen=True)
class Taken:
    """The answer to a snapshot: the exact bytes, the head, and each member with its release."""

    raw: bytes
    head: dict[str, Any]
    members: dict[str, str]

    @classmethod
    def of(cls, answer: Any) -> "Taken":
        raw = answer.getvalue()
        head, *members = [json.loads(line) for line in raw.splitlines()]
        assert len({m["id"] for m in members}) == len(members)
        return cls(raw, head, {m["id"]: m["release"] for m in members})

    @property
    def id(self) -> str:
        return str(self.head["snapshot"])


def text(value: Any) -> str:
    return to_text(value) if isinstance(value, datetime) else str(value)


def use(subject: str, purpose: str = "face_scan", **more: Any) -> dict[str, Any]:
    return {"kind": "job", "subject": subject, "purpose": purpose, "at": clock.now(), **more}


def report(trainer: Trainer, *uses: dict[str, Any]) -> list[dict[str, Any]]:
    answer = trainer.post("uses", {"uses": list(uses)})
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["uses"]
    return rows


def reasons(trainer: Trainer, *uses: dict[str, Any]) -> list[str]:
    return [row["reason"] for row in report(trainer, *uses)]
