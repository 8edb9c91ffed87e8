"""`Idempotency-Key`: the effect, the record and the remembered answer share one transaction."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from compliance.access.models import ApiClient, IdempotentWrite
from compliance.core.errors import Conflict, FieldError, Invalid
from compliance.core.keys import service_sealer

Answer = tuple[int, Any]


@transaction.atomic
def remembered(*, client: ApiClient, key: str, call: bytes, at: datetime, act: Callable[[], Answer]) -> Answer:
    """Run `act` once per client and key; a repeated call gets the stored answer (status, JSON).

    `call` is what must be the same for it to be a repetition: method, path and body. Raises `Conflict` while the first call
    still runs, `Invalid` when the key was used for another call. A crash rolls everything back: nothing stays in flight.
    """
    lock = hashlib.sha256(client.pk.bytes + key.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(lock[:8], signed=True)])
        if not cursor.fetchone()[0]:
            raise Conflict("The first call with this Idempotency-Key is still running. Ask again in a moment.")
    body_hash = hashlib.sha256(call).digest()
    known = IdempotentWrite.objects.filter(client=client, key=key).first()
    place = f"access.answer:{client.pk}:{key}"
    if known is None:
        status, body = act()
        sealed = service_sealer().seal(place, json.dumps(body))
        IdempotentWrite.objects.create(client=client, key=key, body_hash=body_hash, status=status, answer=sealed, at=at)
        return status, body
    if not hmac.compare_digest(bytes(known.body_hash), body_hash):
        raise Invalid(
            "This Idempotency-Key was used for another call. Use a new key for a new call.",
            [FieldError("/", "another body, method or path than the first call with this key")],
        )
    return known.status, json.loads(service_sealer().open(place, bytes(known.answer)))
