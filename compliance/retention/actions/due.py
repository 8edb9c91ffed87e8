"""The due date of one artifact, at registration and whenever the promise changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from compliance.artifacts.models import Artifact
from compliance.core.taxonomy import Category, Trigger
from compliance.law.caps import cap
from compliance.profiles.rules import Due, due
from compliance.subjects.models import Subject


def due_of(
    *, document: Mapping[str, Any], category: str, biometric: bool, created_at: datetime, parent: Artifact | None, subject: Subject
) -> Due | None:
    """By profile and law, and never later than that of the upload it was made from (domain, invariant 4). None: never kept."""
    facts = {Trigger.UPLOADED: root_created(parent) or created_at, Trigger.LAST_INTERACTION: subject.last_interaction_at}
    caps = cap(subject.jurisdictions, biometric, {trigger.value: at for trigger, at in facts.items()}, settings.SERVED_JURISDICTIONS)
    computed = due(document, category, facts, caps)
    if computed and parent and computed.at > parent.due_at and not has_own_purpose(document, category):
        return Due(parent.due_at, (f"lineage: no later than the {parent.category} it was made from (decides)", *computed.trace))
    return computed


def has_own_purpose(document: Mapping[str, Any], category: str) -> bool:
    """Whether the profile keeps this category for something its upload is not kept for."""
    entries = document["artifacts"]
    own = set(entries.get(category, {}).get("purposes", ()))
    return bool(own - set(entries.get(Category.ORIGINAL_UPLOAD, {}).get("purposes", ())))


def root_created(parent: Artifact | None) -> datetime | None:
    """When the upload at the root of the lineage was made: everything made from it counts from then."""
    while parent and parent.derived_from:
        parent = parent.derived_from
    return parent.created_at if parent else None
