"""A program that follows the change feed, for the tests of it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.test import Client

from compliance.core import clock
from compliance.subjects.actions import know
from compliance.subjects.models import Subject
from consent.actions.change import change
from consent.models import Change
from tests.factories import BACKEND


@dataclass
class Reader:
    """A program that follows the feed."""

    key: str
    cursor: str | None = None

    def get(self, **query: Any) -> Any:
        return Client().get(f"/api/v1/changes?{urlencode(query)}", headers={"Authorization": f"Bearer {self.key}"})

    def page(self, limit: int = 500) -> dict[str, Any]:
        answer = self.get(limit=limit, **({"after": self.cursor} if self.cursor else {}))
        assert answer.status_code == 200, answer.content
        body: dict[str, Any] = answer.json()
        self.cursor = body["cursor"]
        return body

    def all(self, limit: int = 500) -> list[dict[str, Any]]:
        """Everything that is new, page by page."""
        found = []
        while True:
            body = self.page(limit)
            found += body["changes"]
            if not body["more"]:
                return found


def subject(reference: str) -> Subject:
    return know(reference=reference, actor=BACKEND, at=clock.now())


def changed(who: Subject | None, purpose: str = "face_scan", event: Change.Event = Change.Event.SUBJECT) -> Change:
    with transaction.atomic():
        return change(event=event, at=clock.now(), subject_id=who.pk if who else None, purpose=purpose)


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]
