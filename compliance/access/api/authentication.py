"""`Authorization: Bearer efk_…`: who calls, and whether their key carries the scope a view asks for."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from compliance.access.actions.keys import hash_secret, note_use
from compliance.access.models import ApiClient, ApiKey
from compliance.core import clock
from compliance.core.actor import Actor

if TYPE_CHECKING:
    # rest_framework.views reads the settings, which name this module: at run time that would be a circle.
    from rest_framework.views import APIView

# Last use is for people who look for dead keys: to the minute suffices, and spares a write per call.
LAST_USE_STEP = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """An authenticated program."""

    client: ApiClient
    key: ApiKey
    is_authenticated: ClassVar[bool] = True

    @property
    def actor(self) -> Actor:
        return Actor(self.client.name, "system")


def parts_of(header: str) -> tuple[str, str] | None:
    """Prefix and secret of the key in an `Authorization` header, or None where it cannot be one."""
    if not header.isascii() or "\0" in header:
        # PostgreSQL cannot even be asked for such a prefix.
        return None
    parts = header.removeprefix("Bearer ").split("_", 2)
    if not header.startswith("Bearer ") or len(parts) != 3 or parts[0] != "efk" or len(parts[1]) > 12:
        return None
    return parts[1], parts[2]


def is_secret(stored: bytes | None, secret: str) -> bool:
    """Whether this is the secret behind a stored hash. Takes as long for a key that is not there."""
    return hmac.compare_digest(stored or bytes(32), hash_secret(secret)) and stored is not None


def authenticate(header: str) -> Caller | None:
    """The caller behind an `Authorization` header, or None. Compares hashes in constant time."""
    parts = parts_of(header)
    if parts is None:
        return None
    at = clock.now()
    key = ApiKey.objects.select_related("client").filter(prefix=parts[0]).first()
    if not is_secret(bytes(key.secret_hash) if key else None, parts[1]) or key is None:
        return None
    if key.revoked_at or (key.expires_at and key.expires_at <= at):
        return None
    if key.last_used_at is None or at - key.last_used_at > LAST_USE_STEP:
        note_use(key_id=key.pk, at=at)
    return Caller(key.client, key)


class KeyAuthentication(BaseAuthentication):
    """401 for a missing, malformed, unknown, expired or revoked key: always the same words."""

    def authenticate(self, request: Request) -> tuple[Caller, ApiKey]:
        caller = authenticate(request.headers.get("Authorization", ""))
        if caller is None:
            raise AuthenticationFailed("This address needs a valid API key: “Authorization: Bearer efk_…”.")
        return caller, caller.key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScope(BasePermission):
    """403 unless the key carries the view's `scope`. A view without one is a mistake and is closed to everybody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        scope = getattr(view, "scope", None)
        self.message = f"This key does not carry the scope “{scope}”. Ask an officer for one that does."
        return scope is not None and isinstance(request.user, Caller) and scope in request.user.key.scopes
