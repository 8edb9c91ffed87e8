"""API keys: issue once, show once, store a hash, revoke."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.access.models import ApiClient, ApiKey, Scope
from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from compliance.core.errors import FieldError, Invalid


@dataclass(frozen=True)
class NewKey:
    """`text` is the whole key: this is the only moment at which anybody sees it."""

    key: ApiKey
    text: str = field(repr=False)


@transaction.atomic
def create_client(*, name: str, system: str, actor: Actor, at: datetime) -> ApiClient:
    """A new API client that speaks for one connected system."""
    client = ApiClient(name=name, system=system)
    save_with_history(client, actor=actor, reason="created")
    record(kind="access:client:created", object_id=str(client.pk), actor=actor, at=at, payload={"system": system})
    return client


@transaction.atomic
def issue_key(*, client: ApiClient, scopes: Sequence[str], actor: Actor, at: datetime, expires_at: datetime | None = None) -> NewKey:
    """A new key `efk_<prefix>_<secret>` for a client. Raises `Invalid` without scopes or with unknown ones."""
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise Invalid("A key needs one or more known scopes.", [FieldError("/scopes", f"choose among {', '.join(Scope.values)}")])
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = ApiKey(client=client, prefix=prefix, secret_hash=hash_secret(secret), scopes=sorted(scopes), created_at=at, expires_at=expires_at)
    save_with_history(key, actor=actor, reason="issued")
    record(kind="access:key:issued", object_id=str(key.pk), actor=actor, at=at, payload={"client": str(client.pk), "scopes": key.scopes})
    return NewKey(key, f"efk_{prefix}_{secret}")


@transaction.atomic
def revoke_key(*, key: ApiKey, actor: Actor, at: datetime, reason: str) -> None:
    """The key stops working at once. Idempotent."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at:
        return
    key.revoked_at = at
    save_with_history(key, actor=actor, reason=reason)
    record(kind="access:key:revoked", object_id=str(key.pk), actor=actor, at=at, payload={"client": str(key.client_id)})


def note_use(*, key_id: UUID, at: datetime) -> None:
    """When a key was last used. Not a decision but a counter, and excluded from the history: no version is lost."""
    ApiKey.objects.filter(pk=key_id).update(last_used_at=at)


def hash_secret(secret: str) -> bytes:
    """SHA-256 suffices: the secret has 256 random bits, there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()
