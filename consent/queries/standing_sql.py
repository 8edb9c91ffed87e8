"""The SQL of the consent check. One list of columns, in the order of `consent.rules.decisions.Standing`, however it is asked."""

# An active release sorts first; otherwise the newest one says why not. The profile's document is read for minors only, and what
# else is granted only where this is not: a CASE keeps the rest of a check off these pages. The purposes of training stand in the text,
# because a list sent along with each question costs more than the look-up.
COLUMNS = """
SELECT s.id, q.purpose,
       s.erased_at IS NOT NULL
           OR EXISTS (SELECT FROM erasure_order o WHERE o.subject_id = s.id AND o.state = 'open' AND o.everything),
       ARRAY(SELECT t.purpose FROM consent_release t
             WHERE t.subject_id = s.id AND t.state = 'active' AND t.purpose IN ('train_personal_model', 'train_shared_model')
               AND t.expires_at > clock_timestamp()
               AND NOT EXISTS (SELECT FROM consent_notice tn JOIN consent_notice tg ON tg.purpose = tn.purpose AND tg.reach > tn.reach
                               WHERE tn.id = t.notice_id)),
       CASE WHEN r.id IS NULL THEN EXISTS (SELECT FROM consent_release p WHERE p.subject_id = s.id AND p.state = 'active'
                                           AND p.purpose <> q.purpose AND p.expires_at > clock_timestamp()) ELSE false END,
       s.age, s.jurisdictions, s.last_interaction_at,
       CASE WHEN s.age = 'minor' THEN (SELECT document ->> 'minors' FROM profiles_profile WHERE state = 'active') END,
       clock_timestamp(),
       r.id, r.state, r.signed_at, r.expires_at, r.recipients, r.signer_role, n.version, n.reach,
       CASE WHEN r.state = 'active' THEN (SELECT max(g.reach) FROM consent_notice g WHERE g.purpose = q.purpose) END
"""
RELEASE = """
LEFT JOIN LATERAL (
    SELECT id, state, signed_at, expires_at, recipients, signer_role, notice_id FROM consent_release
    WHERE subject_id = s.id AND purpose = q.purpose AND piece = q.piece
    ORDER BY (state = 'active') DESC, signed_at DESC LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT version, reach FROM consent_notice WHERE id = r.notice_id OFFSET 0) n ON true
"""
# LATERAL with OFFSET 0: a look-up by index for each, never a scan of everybody.
PERSON = """
LEFT JOIN LATERAL (SELECT subject_id FROM subjects_reference WHERE index = q.who OFFSET 0) f ON true
LEFT JOIN LATERAL (SELECT id, age, jurisdictions, last_interaction_at, erased_at FROM subjects_subject
                   WHERE id = f.subject_id OFFSET 0) s ON true
"""
SUBJECT = """
LEFT JOIN LATERAL (SELECT id, age, jurisdictions, last_interaction_at, erased_at FROM subjects_subject
                   WHERE id = q.who OFFSET 0) s ON true
"""
ASKED = """
FROM unnest(%(who)s::{type}[], %(purpose)s::text[], %(piece)s::text[]) WITH ORDINALITY AS q(who, purpose, piece, n)
"""
# The single check: plain values, so that one plan serves for ever; a list would be planned anew each time.
ASKED_ONE = """
FROM (SELECT %(who)s::bytea AS who, %(purpose)s::text AS purpose, %(piece)s::text AS piece, 1 AS n) q
"""
# The caller's key, and the tokens that are known, once: beside the first question. At most one row, so no question is doubled.
CALLER_COLUMNS = """,
       k.id, k.secret_hash, k.scopes, k.usable, k.idle, k.client_id, k.client, k.system
"""
KNOWN = ", CASE WHEN q.n = 1 THEN ARRAY(SELECT id FROM consent_change WHERE id = ANY (%(fresh)s::uuid[])) END\n"
CALLER = """
LEFT JOIN LATERAL (
    SELECT key.id, key.secret_hash, key.scopes, client.id AS client_id, client.name AS client, client.system,
           key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > clock_timestamp()) AS usable,
           key.last_used_at IS NULL OR key.last_used_at < clock_timestamp() - interval '1 minute' AS idle
    FROM access_apikey key JOIN access_apiclient client ON client.id = key.client_id
    WHERE q.n = 1 AND key.prefix = %(prefix)s::text) k ON true
"""
IN_ORDER = "ORDER BY q.n"

BY_REFERENCE = COLUMNS + ASKED.format(type="bytea") + PERSON + RELEASE + IN_ORDER
BY_SUBJECT = COLUMNS + ASKED.format(type="uuid") + SUBJECT + RELEASE + IN_ORDER

CHECK_ONE = COLUMNS + CALLER_COLUMNS + ASKED_ONE + PERSON + RELEASE + CALLER
CHECK_MANY = COLUMNS + CALLER_COLUMNS + KNOWN + ASKED.format(type="bytea") + PERSON + RELEASE + CALLER + IN_ORDER
