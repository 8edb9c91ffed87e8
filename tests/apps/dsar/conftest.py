"""Ana asks by the form; Ben asks in the product; Olga is the officer. Destruction itself is tested elsewhere."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from compliance.access.actions import create_client, issue_key
from compliance.access.models import Officer
from compliance.artifacts.actions import NewArtifact, register
from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.delivery.actions import Handler, drain
from compliance.subjects import actions as subjects
from compliance.subjects.models import Subject
from dsar import actions, handlers
from dsar.models import Request
from dsar.rules.codes import confirm_secret
from tests.apps.dsar.dsar_steps import officer

TOPICS: dict[str, Handler] = {
    "dsar.mail_confirm": handlers.mail_confirm,
    "dsar.mail_received": handlers.mail_received,
    "dsar.mail_answered": handlers.mail_answered,
    "dsar.mail_refused": handlers.mail_refused,
    # Destruction itself is tested in tests/apps/erasure; here the order only has to exist.
    "erasure.run": lambda _payload, _lease, _at: None,
}


@pytest.fixture(autouse=True)
def no_broker(settings: Any) -> None:
    """Promises are kept when a test says so."""
    settings.ANNOUNCE_WORK = ""


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def keep() -> Callable[[], int]:
    """Keep every promise that is due, as a worker would."""
    return lambda: drain(TOPICS)


@pytest.fixture
def ana(at: datetime) -> Subject:
    """Ana has an account: reference `usr_ana`, address on file."""
    subject = subjects.know(reference="usr_ana", actor=SERVICE, at=at)
    subjects.add_contact(subject=subject, email="ana@example.test")
    return subject


@pytest.fixture
def photos(ana: Subject, at: datetime) -> list[Artifact]:
    """Ana's photo and the code made from it."""
    upload = registered(ana, "art_1", "original_upload", at)
    return [upload, registered(ana, "art_2", "embedding", at, derived_from=upload)]


def registered(subject: Subject, name: str, category: str, at: datetime, **more: Any) -> Artifact:
    item = NewArtifact(
        external_id=name,
        category=category,
        purpose="face_scan",
        store="bucket",
        biometric=True,
        size=1,
        created_at=at,
        due_at=at,
        due_why=("a test",),
        **more,
    )
    return register(subject=subject, system="scan-eu", item=item, actor=SERVICE, at=at)


@pytest.fixture
def ask(at: datetime) -> Callable[..., Request]:
    """A request from the public form."""

    def asked(reference: str = "usr_ana", email: str = "ana@example.test", residence: str = "EU:DE", **more: Any) -> Request:
        given = {"channel": "form", "language": "en", "at": at, "actor": PERSON, **more}
        return actions.receive(reference=reference, email=email, residence=residence, **given).request

    return asked


@pytest.fixture
def deciding(ana: Subject, ask: Callable[..., Request], at: datetime) -> Request:
    """Ana asked and used her link: ready to decide."""
    return actions.confirm(secret=confirm_secret(ask().pk), actor=PERSON, at=at)


@pytest.fixture
def browser() -> Client:
    """A browser that checks forms for forgery, as real ones are checked."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def olga() -> Officer:
    """An officer who may see persons and decide."""
    return officer("olga", "view_request", "view_person", "decide_request")


@pytest.fixture
def signed_in(olga: Officer) -> Client:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(olga)
    return browser


@pytest.fixture
def system(at: datetime) -> Callable[..., dict[str, str]]:
    """The headers of a system's client with a fresh key."""

    def headers(name: str = "scan-eu", scope: str = "requests:write") -> dict[str, str]:
        client = create_client(name=f"{name} {scope}", system=name, actor=SERVICE, at=at)
        key = issue_key(client=client, scopes=[scope], actor=SERVICE, at=at)
        return {"authorization": f"Bearer {key.text}"}

    return headers


@pytest.fixture(autouse=True)
def outbox() -> list[Any]:
    """Mails of this test."""
    mail.outbox = []
    return mail.outbox
