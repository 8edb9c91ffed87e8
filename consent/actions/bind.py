"""One act of a person starts one run (I1): the first check that names the act uses it up, in the log of uses."""

import hashlib
import uuid
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from compliance.audit.actions import record
from compliance.core.actor import Actor
from consent.models import Use
from consent.rules.decisions import Reason, Standing

# The one index that two checks at once meet in: the second waits for the first, and finds its row.
FIRST = """
INSERT INTO consent_use (id, system, kind, subject_id, purpose, recipient, exception, external_id, action_hash, release_id, reason, at)
VALUES (%(id)s, %(system)s, %(kind)s, %(subject)s, %(purpose)s, %(recipient)s, '', '', %(action)s, %(release)s, %(reason)s, %(at)s)
ON CONFLICT (system, action_hash) WHERE action_hash IS NOT NULL DO NOTHING
"""


@transaction.atomic
def bind(*, standing: Standing, action_id: str, recipient: str | None, system: str, actor: Actor, at: datetime) -> bool:
    """Bind a run that was just allowed to the act of the person that started it. False: this act started a run before."""
    use = uuid.uuid4()
    values: dict[str, Any] = {
        "id": use,
        "system": system,
        "kind": Use.UseKind.RUN.value,
        "subject": standing.subject_id,
        "purpose": standing.purpose,
        "recipient": recipient or "",
        "action": hashlib.sha256(action_id.encode()).digest(),
        "release": standing.release_id,
        "reason": Reason.ACTIVE.value,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIRST, values)
        if not cursor.rowcount:
            return False
    record(
        kind="consent:use:run",
        object_id=str(use),
        actor=actor,
        at=at,
        payload={"purpose": standing.purpose, "release": str(standing.release_id), "system": system},
    )
    return True
