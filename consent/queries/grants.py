"""Which purposes are granted: for those who register something new, and for those who ask what may go on being kept."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from compliance.core.taxonomy import OperationalPurpose
from compliance.erasure.models import Order
from consent.models import Release
from consent.queries.check import standings_of_subjects
from consent.rules.decisions import Reason, decide

OPERATIONAL = frozenset(OperationalPurpose)


def granted_purposes(*, subject_id: UUID, at: datetime) -> frozenset[str]:
    """What something new of this person may be made for now: exactly what a check would allow. Operational purposes need no release."""
    if _erasing(subject_id):
        return frozenset()
    pieces: dict[str, list[str]] = {}
    for purpose, piece in _in_force(subject_id, at).values_list("purpose", "piece"):
        pieces.setdefault(piece, []).append(purpose)
    allowed = [purpose for piece, purposes in pieces.items() for purpose in _allowed(subject_id, purposes, piece)]
    return frozenset(allowed) | OPERATIONAL


def held_purposes(*, subject_id: UUID, at: datetime) -> frozenset[str]:
    """What may go on being kept for: every release in force, also one whose notice was outgrown. An open erasure ends all."""
    if _erasing(subject_id):
        return frozenset()
    return frozenset(_in_force(subject_id, at).values_list("purpose", flat=True)) | OPERATIONAL


def _in_force(subject_id: UUID, at: datetime) -> QuerySet[Release]:
    return Release.objects.filter(subject_id=subject_id, state=Release.State.ACTIVE, expires_at__gt=at)


def _allowed(subject_id: UUID, purposes: list[str], piece: str) -> list[str]:
    """Those that a check allows, in one question; only marketing has pieces, and all else is asked at once."""
    standings = standings_of_subjects([(subject_id, purpose) for purpose in purposes], piece)
    return [purpose for purpose, standing in zip(purposes, standings, strict=True) if decide(standing) == Reason.ACTIVE]


def _erasing(subject_id: UUID) -> bool:
    return Order.objects.filter(subject_id=subject_id, state=Order.State.OPEN, everything=True).exists()
