"""Store a profile version. A version is immutable: the same text is the same version, another text is a new one."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Max

from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.canonical import digest
from compliance.core.errors import FieldError, Invalid
from compliance.profiles.models import Profile

MAX_FILE = 200_000


def read_yaml(path: Path) -> dict[str, Any]:
    """The document in a YAML file. Raises `Invalid` that says what is wrong with the file."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise Invalid("The file is larger than a profile can be (200 kB).")
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The file cannot be read ({type(error).__name__}).") from None
    return read_text(text)


def read_text(text: str) -> dict[str, Any]:
    """The document in a YAML text. Raises `Invalid` that says where it is wrong."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise Invalid("The file is not YAML" + (f": look at line {line + 1}." if line is not None else ".")) from None
    if not isinstance(document, dict):
        raise Invalid("The file does not hold a profile.")
    return document


@transaction.atomic
def store(*, document: Mapping[str, Any], actor: Actor, at: datetime) -> Profile:
    """Store a document as the next version of its slug; storing the newest version again returns it unchanged."""
    slug, title = document.get("profile"), document.get("title")
    if not isinstance(slug, str) or not isinstance(title, str) or not slug or len(slug) > 60 or not title or len(title) > 200:
        raise Invalid(
            "A profile needs a short name and a title.", [FieldError("/profile", "1 to 60 characters"), FieldError("/title", "1 to 200")]
        )
    fingerprint = digest(dict(document)).hex()
    newest = Profile.objects.select_for_update().filter(slug=slug).order_by("-version").first()
    if newest and newest.hash == fingerprint:
        return newest
    version = (Profile.objects.filter(slug=slug).aggregate(top=Max("version"))["top"] or 0) + 1
    profile = Profile(slug=slug, version=version, title=title, document=dict(document), hash=fingerprint, stored_at=at)
    save_with_history(profile, actor=actor, reason="stored")
    record(
        kind="profiles:profile:stored",
        object_id=str(profile.pk),
        actor=actor,
        at=at,
        payload={"slug": slug, "version": version, "hash": fingerprint},
    )
    return profile
