"""Fill a database with people and their releases, by SQL: what a company of that size has, without waiting for it to sign."""

import random
from dataclasses import dataclass

import psycopg

from compliance.core.keys import configure, ring

# Each person has a release for the scan; one in two something more; one in twenty took it back.
NOTICES = """
INSERT INTO consent_notice (id, purpose, locale, version, reach, title, body, hash, recipients, term, profile_hash, facts, elements,
                            changes, published_at)
SELECT gen_random_uuid(), purpose, 'en', 1, 1, 'Notice', 'Text', repeat('0', 64), ARRAY['gpu-host'], 'P30D', repeat('0', 64), '{}', '{}',
       '[]', now()
FROM unnest(ARRAY['face_scan', 'regenerate', 'train_shared_model', 'quality']) AS purpose
"""
SUBJECTS = """
INSERT INTO subjects_subject (id, kind, age, jurisdictions, wrapped_key, key_epoch, created_at, last_interaction_at)
SELECT md5('bench' || n)::uuid, 'account', 'adult', ARRAY['IL'], decode(repeat('00', 60), 'hex'), '1', now() - interval '30 days', now()
FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
# The blind index of those who are asked is computed with the key; the others fill the index with 32 bytes as good as any.
REFERENCES = """
INSERT INTO subjects_reference (id, subject_id, sealed, index)
SELECT md5('reference' || n)::uuid, md5('bench' || n)::uuid, decode(repeat('00', 48), 'hex'), sha256(('bench' || n)::bytea)
FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
RELEASES = """
INSERT INTO consent_release (id, subject_id, purpose, piece, notice_id, state, recipients, text_hash, signer_role, method, channel,
                             system, gpc, evidence_sealed, shown_at, signed_at, expires_at, ended_at)
SELECT gen_random_uuid(), md5('bench' || n)::uuid, notice.purpose, '', notice.id,
       CASE WHEN n %% 20 = 7 THEN 'withdrawn' ELSE 'active' END, ARRAY['gpu-host'], repeat('0', 64), 'self', 'typed_name', 'hosted',
       'bench', false, decode(repeat('00', 900), 'hex'), now() - interval '1 day', now() - interval '1 day', now() + interval '29 days',
       CASE WHEN n %% 20 = 7 THEN now() END
FROM generate_series(%(first)s::int, %(last)s::int) AS n
JOIN consent_notice notice ON notice.purpose = 'face_scan' OR (n %% 2 = 0 AND notice.purpose = 'train_shared_model')
"""
STEP = 100_000
ASKED = 2_000


@dataclass(frozen=True)
class People:
    """Whom the load asks about, and the id of one of them for the bare view."""

    references: tuple[str, ...]
    subject: str


def fill(url: str, first: int, last: int) -> None:
    """People `first` to `last`. Constraints hold; triggers that keep a history of each row are the owner's to pass by here."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        if first == 1:
            owner.execute(NOTICES)
        for start in range(first, last + 1, STEP):
            part = {"first": start, "last": min(start + STEP - 1, last)}
            for statement in (SUBJECTS, REFERENCES, RELEASES):
                owner.execute(statement, part)
        owner.execute("VACUUM ANALYZE")


def choose(url: str, count: int) -> People:
    """Give a random choice of the people a reference that the service would find them by; everybody chosen has not taken back."""
    numbers = random.Random(7).sample([n for n in range(1, count + 1) if n % 20 != 7], min(ASKED, count // 2))
    names = [f"usr_{number:08d}" for number in numbers]
    with psycopg.connect(url, autocommit=True) as owner, owner.cursor() as cursor:
        cursor.executemany(
            "UPDATE subjects_reference SET index = %s WHERE id = md5('reference' || %s::text)::uuid",
            [(ring().blind("reference", name), number) for name, number in zip(names, numbers, strict=True)],
        )
        found = cursor.execute("SELECT md5('bench' || %s::text)::uuid", [numbers[0]]).fetchone()
    assert found is not None
    return People(tuple(names), str(found[0]))


__all__ = ["People", "choose", "configure", "fill"]
