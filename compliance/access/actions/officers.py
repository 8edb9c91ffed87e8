"""Officers' accounts change through Django's forms; what changed is recorded here, because rights are evidence."""

from collections.abc import Sequence
from datetime import datetime

from compliance.access.models import Officer
from compliance.audit.actions import record
from compliance.core.actor import Actor


def note_account(*, officer: Officer, verb: str, fields: Sequence[str], actor: Actor, at: datetime) -> None:
    """Record that an account was created or changed, and which fields: never their values."""
    record(kind=f"access:officer:{verb}", object_id=str(officer.pk), actor=actor, at=at, payload={"fields": sorted(fields)})
