"""The cast and their belongings: made through the product's own actions, so that a test starts from what can really be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from compliance.access.actions import create_client, issue_key
from compliance.access.models import Officer, Scope
from compliance.artifacts.models import Artifact
from compliance.audit.actions import checkpoint, sequence
from compliance.backend.actions import connect
from compliance.backend.models import System
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE, Actor
from compliance.core.taxonomy import Purpose
from compliance.profiles.actions import activate, read_yaml, store
from compliance.profiles.models import Profile
from compliance.profiles.queries import active
from compliance.retention.actions import Item, register_all
from compliance.retention.management.commands.load_demo import CONTROLLER
from compliance.subjects.actions import know
from consent.actions.controller import describe
from consent.actions.link import offer
from consent.actions.publish import publish_notices
from consent.actions.sign import Signature, sign
from consent.models import Release
from consent.queries import current_notice

SYSTEM = "demo-scan"
BACKEND = Actor(SYSTEM, "system")


def profile() -> Profile:
    """The demo company's promise, active, with its notices."""
    if active() is None:
        document = read_yaml(settings.BASE_DIR / "examples" / "scan_backend" / "profile.yaml")
        activate(profile=store(document=document, actor=SERVICE, at=clock.now()), actor=SERVICE, at=clock.now(), reason="test")
    if not System.objects.filter(pk=SYSTEM).exists():
        system("https://scan.example.com")
    describe(**CONTROLLER, actor=SERVICE, at=clock.now())
    publish_notices(actor=SERVICE, at=clock.now())
    found = active()
    assert found is not None
    return found


def signed(reference: str = "usr_ana", *, email: str | None = None, name: str = "Ana Example") -> Release:
    """A release for the scan, signed on the hosted page's own path."""
    profile()
    at = clock.now()
    link, _url = offer(reference=reference, purpose=Purpose.FACE_SCAN, system=SYSTEM, actor=BACKEND, at=at, email=email)
    notice = current_notice(Purpose.FACE_SCAN)
    signature = Signature(typed_name=name, agreed=True, notice_id=notice.pk, shown_at=at - timedelta(minutes=1))
    return sign(link_id=link.pk, purpose=Purpose.FACE_SCAN, signature=signature, actor=PERSON, at=at)


def system(base_url: str, token: str = "a token that nobody checks") -> System:
    return connect(slug=SYSTEM, name="Demo scan backend", base_url=base_url, token=token, actor=SERVICE, at=clock.now())


def artifacts(reference: str, items: Sequence[Item]) -> list[Artifact]:
    """Register what a backend stored, in the order of `items`."""
    subject = know(reference=reference, actor=BACKEND, at=clock.now())
    register_all(subject=subject, system=SYSTEM, purpose=Purpose.FACE_SCAN, items=items, actor=BACKEND, at=clock.now())
    found = {artifact.external_id: artifact for artifact in Artifact.objects.filter(system=SYSTEM)}
    return [found[item.id] for item in items if item.id in found]


def item(id_: str, category: str = "original_upload", **more: Any) -> Item:
    made: dict[str, Any] = {"store": "uploads", "created_at": datetime.now(UTC), "biometric": True, **more}
    return Item(id=id_, category=category, **made)


def api_key(*scopes: str, system: str = SYSTEM) -> str:
    """The text of a fresh key, with all scopes unless some are named."""
    client = create_client(name=f"{system}-{clock.now().timestamp()}", system=system, actor=SERVICE, at=clock.now())
    return issue_key(client=client, scopes=scopes or Scope.values, actor=SERVICE, at=clock.now()).text


def officer(username: str = "olga", *roles: str) -> Officer:
    """An officer with the named roles (`senior officer` where none is)."""
    from compliance.access.roles import ensure_roles

    ensure_roles()
    made = Officer.objects.create_user(
        username=username, password="a long enough password", is_staff=True, first_name="Olga", last_name="Officer"
    )
    made.groups.set(made.groups.model.objects.filter(name__in=roles or ["senior officer"]))
    return made


def sequenced() -> None:
    """Give every committed entry its place, and sign the tree."""
    sequence(at=clock.now())
    checkpoint(at=clock.now())
