"""Take a snapshot of a dataset: of the candidates that a system names, those whose people allow it at one moment, signed.

How the moment holds: the rows of all people concerned are locked for reading first, in one statement and in the order of their
ids as a merge locks them, so that nobody signs, takes back or is joined until this commits; whatever was acknowledged before is
seen. Then `at` is read from the database's clock, and everybody is asked about.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from compliance.artifacts.actions import violation
from compliance.artifacts.models import Violation
from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.profiles.queries import active
from consent.actions.tokens import SNAPSHOT, signed
from consent.models import Dataset, Snapshot
from consent.queries import check
from consent.rules.decisions import Reason, Standing, decide
from consent.rules.training import head_of, line_of, offered_by

# Rows in one round trip: memory grows with this, not with the number of candidates.
CHUNK = 5_000

# Who is locked, as one hash however many they are.
LOCK = """
SELECT sha256(string_agg(id::text, ' ' ORDER BY id)::bytea) FROM (
    SELECT id FROM subjects_subject WHERE id IN (
        SELECT subject_id FROM artifacts_artifact WHERE system = %s AND external_id = ANY(%s))
    ORDER BY id FOR SHARE) people
"""
# Who is behind the candidates now, hashed alike.
BEHIND = """
SELECT sha256(string_agg(id::text, ' ' ORDER BY id)::bytea) FROM (
    SELECT DISTINCT subject_id AS id FROM artifacts_artifact WHERE system = %s AND external_id = ANY(%s)) people
"""
# What is there, of this system, and not about to be destroyed.
CANDIDATES = """
SELECT a.id, a.external_id, a.subject_id FROM artifacts_artifact a
WHERE a.system = %s AND a.external_id = ANY(%s) AND a.gone_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM erasure_outcome x JOIN erasure_order o ON o.id = x.order_id WHERE x.artifact_id = a.id AND o.state = 'open')
ORDER BY a.external_id COLLATE "C"
"""
# Ids grow in the order of the arrays: the order of the manifest.
MEMBERS = """
INSERT INTO consent_member (snapshot_id, artifact_id, subject_id, release_id)
SELECT %s, m.artifact, m.subject, m.release FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[])
    WITH ORDINALITY AS m (artifact, subject, release, number) ORDER BY m.number
"""

Found = tuple[uuid.UUID, str, uuid.UUID]


@transaction.atomic
def take_snapshot(*, dataset: Dataset, candidates: Sequence[str], actor: Actor, at: datetime) -> Snapshot:
    """The members of `dataset` now: of the `candidates` (external ids of its system), those that may be used for its purpose.

    An id that is unknown, of another system, gone or ordered destroyed is simply not a member. Where the active profile does not
    offer the purpose nobody is, and an officer is told (D5).
    """
    ids = sorted(set(candidates))
    moment = _settle(dataset, ids)
    taken, digest, allowed = uuid.uuid4(), hashlib.sha256(), 0
    profile = active()
    if profile is not None and offered_by(profile.document, dataset.purpose):
        for chunk in _chunks(ids):
            for line in _members(taken, dataset, chunk, moment):
                digest.update(line)
                allowed += 1
    else:
        _forbidden(dataset, actor, at)
    snapshot = Snapshot(
        pk=taken, dataset=dataset, at=moment, asked=len(ids), allowed=allowed, manifest_sha256=digest.hexdigest(), signature=""
    )
    snapshot.signature = signed(head_of(snapshot), SNAPSHOT)
    snapshot.save(force_insert=True)
    record(
        kind="consent:snapshot:taken",
        object_id=str(taken),
        actor=actor,
        at=at,
        payload={"dataset": str(dataset.pk), "asked": len(ids), "allowed": allowed, "manifest_sha256": snapshot.manifest_sha256},
    )
    return snapshot


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    return (list(ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK))


def _settle(dataset: Dataset, ids: list[str]) -> datetime:
    """Lock the people behind the candidates, then read the database's clock: the moment of this snapshot."""
    start = transaction.savepoint()
    # Somebody was joined to an account while this waited for them: let go of everybody, so that the order holds, and begin again.
    while not _locked(dataset, ids):
        transaction.savepoint_rollback(start)
    transaction.savepoint_commit(start)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _locked(dataset: Dataset, ids: list[str]) -> bool:
    """Lock the people behind the candidates; whether, with all of them held, these are still the people behind them."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [dataset.system, ids])
        held = cursor.fetchone()
        cursor.execute(BEHIND, [dataset.system, ids])
        return bool(held == cursor.fetchone())


def _members(snapshot: uuid.UUID, dataset: Dataset, ids: list[str], moment: datetime) -> Iterator[bytes]:
    """Decide one chunk and store its members; yields their lines."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, [dataset.system, ids])
        found: list[Found] = cursor.fetchall()
        releases = _allowed(dataset.purpose, list({subject for _, _, subject in found}), moment)
        members = [(artifact, name, subject, releases[subject]) for artifact, name, subject in found if subject in releases]
        if members:
            cursor.execute(MEMBERS, [snapshot, [m[0] for m in members], [m[2] for m in members], [m[3] for m in members]])
    return (line_of(name, release) for _, name, _, release in members)


def _allowed(purpose: str, subjects: Sequence[uuid.UUID], moment: datetime) -> Mapping[uuid.UUID, uuid.UUID]:
    """Who allows this purpose, each with the release that says so, signed by `moment`. The decider is the one of every check."""
    standings = check.standings_of_subjects([(subject, purpose) for subject in subjects])
    return {
        subject: standing.release_id
        for subject, standing in zip(subjects, standings, strict=True)
        if standing is not None and standing.release_id is not None and _by(moment, standing) and decide(standing) == Reason.ACTIVE
    }


def _by(moment: datetime, standing: Standing) -> bool:
    """Whether it was signed: another machine's clock may run ahead of the database's."""
    return standing.signed_at is not None and standing.signed_at <= moment


def _forbidden(dataset: Dataset, actor: Actor, at: datetime) -> None:
    """Somebody wants to use faces for what the profile forbids: one open violation for each dataset."""
    violation(
        kind=Violation.ViolationKind.UNEXPLAINED_USE,
        system=dataset.system,
        external_id=f"dataset:{dataset.pk}",
        category=dataset.purpose,
        actor=actor,
        at=at,
    )
