"""What a certificate of destruction says: what was reached, read from the rows, and no more."""

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from compliance.artifacts.models import Artifact
from compliance.backend.models import System
from compliance.core.clock import to_text
from compliance.core.taxonomy import IN_WORDS, TAXONOMY_VERSION, Category
from compliance.core.version import VERSION
from compliance.erasure.models import Order, Outcome, Rung
from compliance.erasure.queries.holds import holds_over
from compliance.erasure.rules import REASONS
from compliance.profiles.models import Profile
from compliance.profiles.queries import active, party_names

BACKUPS = "The last backup that may hold a copy expires."
# What an erasure of everything leaves with us, said as plainly as what is gone.
RECORD = {
    "what": "The record of this deletion, the releases that were signed, and the reference that opens them (encrypted)",
    "why": "Evidence that consent was asked for and the deletion carried out, and what keeps new scans denied "
    "(740 ILCS 14/15(b); 11 CCR 7101; GDPR 5(2)). It holds no face data.",
    "until": None,
}


def certificate_content(order: Order) -> dict[str, Any]:
    """The content of the certificate of a completed order (`efface-certificate/1`)."""
    outcomes = list(order.outcomes.select_related("artifact", "call").order_by("artifact__category", "artifact__created_at", "pk"))
    profile = active()
    until = max((o.backups_until for o in outcomes if o.backups_until), default=None)
    return {
        "schema": "efface-certificate/1",
        "operator": {"name": settings.OPERATOR_NAME},
        "subject": str(order.subject_id),
        "order": {
            "id": str(order.pk),
            "reason": order.reason,
            "reason_words": REASONS[order.reason],
            "rule": order.rule,
            "origin": order.origin,
            "everything": order.everything,
            "ordered_at": to_text(order.ordered_at),
            "completed_at": _text(order.completed_at),
        },
        "profile": {"slug": profile.slug, "version": profile.version, "hash": profile.hash} if profile else None,
        "summary": {
            "artifacts": len(outcomes),
            "categories": [
                {"category": name, "words": IN_WORDS[Category(name)], "count": count}
                for name, count in sorted(Counter(o.artifact.category for o in outcomes).items())
            ],
            "rungs": dict(sorted(Counter(o.rung for o in outcomes).items())),
        },
        "systems": [_system(system, order, outcomes) for system in _systems(order, outcomes)],
        "artifacts": [_artifact(outcome) for outcome in outcomes],
        "still_to_come": _still_to_come(until),
        "remains": _remains(order),
        "parties": _parties(profile),
        "holds": _holds(outcomes),
        "software": {"name": "Efface", "version": VERSION, "taxonomy": TAXONOMY_VERSION},
    }


def _systems(order: Order, outcomes: list[Outcome]) -> list[System]:
    """Every system that was asked: for an order over everything, those without a hit too."""
    systems = System.objects.select_related("condition").order_by("slug")
    return list(systems if order.everything else systems.filter(pk__in={o.artifact.system for o in outcomes}))


def _system(system: System, order: Order, outcomes: list[Outcome]) -> dict[str, Any]:
    mine = [o for o in outcomes if o.artifact.system == system.pk]
    present = [o for o in mine if o.absent_at is None or o.artifact.gone_at is None]
    ages = {s["backup_max_age"] for s in system.condition.stores if s["name"] in {o.artifact.store for o in mine}}
    return {
        "system": system.pk,
        "name": system.name,
        "calls": [
            {
                "deletion_id": str(call.pk),
                "intended_at": to_text(call.intended_at),
                "accepted_at": _text(call.accepted_at),
                "done_at": _text(call.done_at),
            }
            for call in order.calls.filter(system=system.pk).order_by("intended_at")
        ],
        "negative_read": {
            "at": _text(max((o.absent_at for o in mine if o.absent_at), default=None)),
            "asked": len(mine),
            "present": len(present),
        },
        "inventory_read": {"at": _text(order.last_look_at), "found": 0} if order.last_look_at else None,
        "backup": {"max_age": max(filter(None, ages), default=None)},
    }


def _artifact(outcome: Outcome) -> dict[str, Any]:
    artifact = outcome.artifact
    return {
        "id": artifact.external_id,
        "category": artifact.category,
        "words": IN_WORDS[Category(artifact.category)],
        "system": artifact.system,
        "store": artifact.store,
        "created_at": to_text(artifact.created_at),
        "method": outcome.method,
        "rung": outcome.rung,
        "called_at": _text(outcome.called_at),
        "acknowledged_at": _text(outcome.acknowledged_at),
        "absent_at": _text(outcome.absent_at),
        "purged_at": _text(outcome.purged_at),
        "backups_until": outcome.backups_until.isoformat() if outcome.backups_until else None,
        "detail": outcome.detail,
    }


def _still_to_come(until: date | None) -> list[dict[str, Any]]:
    """What has a date and lies ahead. Other companies have none here: they are listed as not asked."""
    return [{"what": "backups_expired", "by": until.isoformat(), "words": BACKUPS}] if until else []


def _remains(order: Order) -> list[dict[str, Any]]:
    """What is registered for the person and was not part of this order, by category, with the latest due date of each."""
    left = Artifact.objects.filter(subject_id=order.subject_id, gone_at__isnull=True)
    rows = left.values("category").annotate(count=Count("pk"), until=Max("due_at")).order_by("category")
    kept = [
        {"what": IN_WORDS[Category(row["category"])], "why": f"not part of this order: {row['count']}", "until": to_text(row["until"])}
        for row in rows
    ]
    return [*kept, RECORD] if order.everything else kept


def _holds(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """What a hold kept from its end: how many, by whose authority, and when somebody looks again. A court may forbid to say more."""
    kept = [o.artifact_id for o in outcomes if o.rung == Rung.HELD]
    return [
        {
            "artifacts": hold.items.filter(artifact__in=kept).count(),
            "authority": None if hold.secret else hold.get_authority_display(),
            "reference": None if hold.secret else hold.reference,
            "review_on": hold.review_on.isoformat(),
        }
        for hold in holds_over(kept)
    ]


def _parties(profile: Profile | None) -> list[dict[str, Any]]:
    """Companies the profile names. Nothing was asked of them here, and the document says so."""
    names = party_names(profile.document["sharing"]["infrastructure"]) if profile else {}
    return [{"name": name, "state": "named in the policy; not asked by this order"} for name in names.values()]


def _text(at: datetime | None) -> str | None:
    return to_text(at) if at else None
