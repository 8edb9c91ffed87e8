"""State the particulars of the controller that notices name."""

from datetime import datetime

from django.db import transaction

from compliance.audit.actions import record, save_with_history
from compliance.core.actor import Actor
from consent.models import Controller


@transaction.atomic
def describe(
    *,
    address: str,
    complaint_authority: str,
    transfers: str,
    actor: Actor,
    at: datetime,
    data_protection_officer: str = "",
    representative: str = "",
    policy_url: str = "",
    reason: str = "described",
) -> Controller:
    """Store the one row of particulars, or leave it alone when it says the same. The ledger gets the names of the fields only.

    An empty officer or representative is stated as none in a notice, where the law lets there be none.
    """
    said = {
        "address": address,
        "data_protection_officer": data_protection_officer,
        "representative": representative,
        "complaint_authority": complaint_authority,
        "transfers": transfers,
        "policy_url": policy_url,
    }
    known = Controller.objects.select_for_update().first()
    row = known or Controller()
    changed = sorted(name for name, value in said.items() if getattr(row, name) != value)
    if known and not changed:
        return known
    for name, value in said.items():
        setattr(row, name, value)
    row.full_clean()
    save_with_history(row, actor=actor, reason=reason)
    record(
        kind=f"consent:controller:{'changed' if known else 'created'}",
        object_id=str(row.pk),
        actor=actor,
        at=at,
        payload={"fields": changed},
    )
    return row
