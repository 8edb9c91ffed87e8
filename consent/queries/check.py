"""The one question a consent check puts to the database: prepared, indexed, in one round trip, by the database's own clock."""

import psycopg
from django.db import connection

from compliance.core.taxonomy import TRAINING_PURPOSES
from compliance.subjects.queries import reference_index
from consent.rules.decisions import Standing

# No row: the reference is unknown. An active release sorts first; otherwise the newest one says why not.
STANDING = """
SELECT EXISTS (SELECT 1 FROM erasure_order o WHERE o.subject_id = s.subject_id AND o.state = 'open' AND o.everything),
       EXISTS (SELECT 1 FROM consent_release t WHERE t.subject_id = s.subject_id AND t.state = 'active'
               AND t.purpose = ANY (%(training)s) AND t.expires_at > clock_timestamp()),
       EXISTS (SELECT 1 FROM consent_release p WHERE p.subject_id = s.subject_id AND p.state = 'active'
               AND p.purpose <> %(purpose)s AND p.expires_at > clock_timestamp()),
       r.id, r.state, r.expires_at <= clock_timestamp(), r.expires_at, coalesce(r.recipients, '{}'), n.version
FROM subjects_reference s
LEFT JOIN LATERAL (
    SELECT id, state, expires_at, recipients, notice_id FROM consent_release
    WHERE subject_id = s.subject_id AND purpose = %(purpose)s
    ORDER BY (state = 'active') DESC, signed_at DESC LIMIT 1) r ON true
LEFT JOIN consent_notice n ON n.id = r.notice_id
WHERE s.index = %(index)s
"""


def standing(*, reference: str, purpose: str) -> Standing | None:
    """Where a subject stands with a purpose now; None when the reference is unknown. Raises database errors: the caller denies."""
    connection.ensure_connection()
    values = {"index": reference_index(reference), "purpose": purpose, "training": sorted(TRAINING_PURPOSES)}
    # Django's own cursors bind on the client's side and cannot prepare; this one plans the query once a connection.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        row = cursor.execute(STANDING, values, prepare=True).fetchone()
    if row is None:
        return None
    erasing, trains, other, release_id, state, ended, expires_at, recipients, version = row
    return Standing(
        erasing=erasing,
        trains=trains,
        other_purpose=other,
        release_id=release_id,
        state=state,
        ended=ended,
        expires_at=expires_at,
        recipients=tuple(recipients),
        notice_version=version,
    )
