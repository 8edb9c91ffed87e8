"""Connect a scan system, and note what it says of itself."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from compliance.audit.actions import record, save_with_history
from compliance.backend.models import Condition, System
from compliance.backend.protocol import Description
from compliance.core.actor import Actor
from compliance.core.keys import service_sealer
from compliance.delivery.actions import promise
from compliance.delivery.guard import check


@transaction.atomic
def connect(*, slug: str, name: str, base_url: str, token: str, actor: Actor, at: datetime, reason: str = "connected") -> System:
    """Add a system or change its address and token. Raises `Invalid` for an address that can never be a backend."""
    check(base_url)
    system = System.objects.select_for_update().filter(pk=slug).first() or System(slug=slug)
    system.name, system.base_url = name, base_url
    system.token_sealed = service_sealer().seal(f"backend.system:{slug}", token)
    save_with_history(system, actor=actor, reason=reason)
    Condition.objects.get_or_create(system=system)
    record(kind="backend:system:connected", object_id=slug, actor=actor, at=at, payload={"name": name, "base_url": base_url})
    return system


@transaction.atomic
def describe(*, system: System, description: Description, actor: Actor, at: datetime) -> bool:
    """Store what a system says of its stores; True when its epoch changed, which means that a store was restored."""
    condition = Condition.objects.select_for_update().get(system=system)
    restored = bool(condition.epoch) and condition.epoch != description.epoch
    stores = [asdict(store) | {"categories": list(store.categories)} for store in description.stores]
    if restored or stores != condition.stores:
        entry = record(
            kind="backend:system:described",
            object_id=system.pk,
            actor=actor,
            at=at,
            payload={"epoch": description.epoch, "stores": stores, "restored": restored},
        )
        if restored:
            promise(topic="backend.restored", payload={"system": system.pk}, because=entry, at=at, urgent=True)
    condition.epoch, condition.stores, condition.described_at = description.epoch, stores, at
    condition.save()
    return restored
