"""The SQL of the consent check: a row for each release that may matter, with its person beside it. `consent.queries.rows` reads them.

One list of columns, however it is asked. Sent as it stands by `consent.queries.wire`: $1 who, $2 the purpose, $3 the piece,
$4 the prefix of the caller's key, $5 tokens that the caller passed.
"""

# What is in force, and whatever was ever signed for what is asked: few rows, all on one page of an index. The profile's document is
# read for minors only. The purposes of training stand in the text, because a list sent along costs more than the look-up.
COLUMNS = """
SELECT q.n, s.id,
       s.erased_at IS NOT NULL
           OR EXISTS (SELECT FROM erasure_order o WHERE o.subject_id = s.id AND o.state = 'open' AND o.everything),
       s.age, s.jurisdictions, s.last_interaction_at,
       CASE WHEN s.age = 'minor' THEN (SELECT document ->> 'minors' FROM profiles_profile WHERE state = 'active') END,
       clock_timestamp(),
       t.purpose, t.piece, t.purpose IN ('train_personal_model', 'train_shared_model'),
       t.id, t.state, t.signed_at, t.expires_at, t.recipients, t.signer_role, n.version, n.reach,
"""
# How far the notices of a purpose reach today: by index for one question, worked out once for many.
GREATEST = "(SELECT max(g.reach) FROM consent_notice g WHERE g.purpose = t.purpose)\n"
GREATEST_KNOWN = "g.reach\n"
EVERY_GREATEST = "LEFT JOIN (SELECT purpose, max(reach) AS reach FROM consent_notice GROUP BY purpose) g ON g.purpose = t.purpose\n"
# LATERAL with OFFSET 0: a look-up by index for each, never a scan of everybody.
RELEASES = """
LEFT JOIN LATERAL (
    SELECT id, purpose, piece, state, signed_at, expires_at, recipients, signer_role, notice_id FROM consent_release
    WHERE subject_id = s.id AND (state = 'active' OR (purpose = q.purpose AND piece = q.piece)) OFFSET 0) t ON true
LEFT JOIN consent_notice n ON n.id = t.notice_id
"""
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
FROM unnest($1::{type}[], $2::text[], $3::text[]) WITH ORDINALITY AS q(who, purpose, piece, n)
"""
# The single check: plain values, so that one plan serves for ever.
ASKED_ONE = """
FROM (SELECT 1::bigint AS n, $1::bytea AS who, $2::text AS purpose, $3::text AS piece) q
"""
# The caller's key, and the tokens that are known: beside the first question.
CALLER_COLUMNS = """,
       k.id, k.secret_hash, k.scopes, k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp()),
       k.last_used_at IS NULL OR k.last_used_at < clock_timestamp() - interval '1 minute', k.client_id, c.name, c.system
"""
KNOWN = ", CASE WHEN q.n = 1 THEN ARRAY(SELECT id FROM consent_change WHERE id = ANY ($5::uuid[])) END\n"
CALLER = """
LEFT JOIN access_apikey k ON q.n = 1 AND k.prefix = $4::text
LEFT JOIN access_apiclient c ON c.id = k.client_id
"""

BY_REFERENCE = COLUMNS + GREATEST_KNOWN + ASKED.format(type="bytea") + PERSON + RELEASES + EVERY_GREATEST
BY_SUBJECT = COLUMNS + GREATEST_KNOWN + ASKED.format(type="uuid") + SUBJECT + RELEASES + EVERY_GREATEST
CHECK_ONE = COLUMNS + GREATEST + CALLER_COLUMNS + ASKED_ONE + PERSON + RELEASES + CALLER
CHECK_MANY = COLUMNS + GREATEST_KNOWN + CALLER_COLUMNS + KNOWN + ASKED.format(type="bytea") + PERSON + RELEASES + EVERY_GREATEST + CALLER
