"""Load the demo company: a profile, its notices, a connected backend, an officer. Run it again and nothing changes."""

import json
import os
import secrets
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from compliance.access.actions import create_client, issue_key
from compliance.access.models import ApiClient, ApiKey, Officer, Scope
from compliance.access.roles import ensure_roles
from compliance.backend.actions import connect
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.profiles.actions import activate, read_yaml, store
from compliance.profiles.models import Party
from compliance.profiles.queries import active
from consent.actions.controller import describe
from consent.actions.publish import publish_notices
from consent.models import Controller

SYSTEM = "demo-scan"
PARTIES = (
    Party(slug="object-storage", name="Example Cloud Storage", role="processor", country="US", purpose="Keeps the files"),
    Party(slug="gpu-host", name="Example GPU Hosting", role="processor", country="US", purpose="Runs the scan"),
)

CONTROLLER = {
    "address": "1 Example Street, Springfield, IL 62701, USA",
    "data_protection_officer": "dpo@example.test",
    "representative": "Example Studio Europe, 2 Example Road, Dublin, Ireland",
    "complaint_authority": "Data Protection Commission, Dublin",
    "transfers": "EU Standard Contractual Clauses (2021/914)",
}


class Command(BaseCommand):
    help = "Load the demo company and write its credentials, made on this machine, to a file that only you can read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--backend", default="http://127.0.0.1:8001", help="where the demo scan backend listens")
        parser.add_argument("--out", type=Path, required=True, help="the file for the credentials")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        made = read(options["out"])
        promise(at)
        connect(slug=SYSTEM, name="Demo scan backend", base_url=options["backend"], token=made["backend"]["token"], actor=SERVICE, at=at)
        made["backend"]["api_key"] = client_key(made["backend"].get("api_key", ""), at)
        officer(made["officer"])
        write(options["out"], made)
        self.stdout.write(f"The demo company is loaded; credentials are in {options['out'].name}.")


def read(path: Path) -> dict[str, Any]:
    """The credentials of an earlier run, or new ones."""
    if path.exists():
        found: dict[str, Any] = json.loads(path.read_text())
        return found
    return {
        "officer": {"username": "officer", "password": secrets.token_urlsafe(15)},
        "backend": {"token": secrets.token_urlsafe(32)},
    }


def write(path: Path, made: dict[str, Any]) -> None:
    """Aside, then renamed: a half-written file is never read."""
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(made, file, indent=2)
    aside.rename(path)


def promise(at: datetime) -> None:
    """The demo profile with its parties, and the notices it calls for. An active profile of the operator's own is left alone."""
    for party in PARTIES:
        if not Party.objects.filter(pk=party.pk).exists():
            party.save(force_insert=True)
    if active() is None:
        document = read_yaml(settings.BASE_DIR / "examples" / "scan_backend" / "profile.yaml")
        activate(profile=store(document=document, actor=SERVICE, at=at), actor=SERVICE, at=at, reason="demo")
    if not Controller.objects.exists():
        describe(**CONTROLLER, actor=SERVICE, at=at, reason="demo")
    publish_notices(actor=SERVICE, at=at)


def client_key(known: str, at: datetime) -> str:
    """The key of an earlier run while it is stored here, else a new one."""
    prefix = known.split("_")[1] if known.count("_") >= 2 else ""
    if ApiKey.objects.filter(prefix=prefix, revoked_at=None).exists():
        return known
    client = ApiClient.objects.filter(name=SYSTEM).first() or create_client(name=SYSTEM, system=SYSTEM, actor=SERVICE, at=at)
    return issue_key(client=client, scopes=Scope.values, actor=SERVICE, at=at).text


def officer(login: dict[str, str]) -> None:
    """One login for all that staff does on a machine to try things on: two people where two are needed is for real staff."""
    ensure_roles()
    user, new = Officer.objects.get_or_create(
        username=login["username"], defaults={"is_staff": True, "first_name": "Demo", "last_name": "Officer"}
    )
    if new or not user.check_password(login["password"]):
        user.set_password(login["password"])
        user.save()
    user.groups.set([group for group in user.groups.model.objects.filter(name__in=["senior officer", "operator"])])
