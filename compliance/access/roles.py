"""The roles of officers and the least rights that each needs. Names of permissions, because the models live on higher floors."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

LISTS = (
    "artifacts.view_artifact",
    "artifacts.view_violation",
    "audit.view_checkpoint",
    "audit.view_entry",
    "backend.view_system",
    "consent.view_controller",
    "consent.view_dataset",
    "consent.view_modelversion",
    "consent.view_notice",
    "consent.view_release",
    "consent.view_remediation",
    "consent.view_snapshot",
    "consent.view_use",
    "dsar.view_request",
    "erasure.view_call",
    "erasure.view_hold",
    "erasure.view_order",
    "erasure.view_outcome",
    "evidence.view_document",
    "profiles.view_activation",
    "profiles.view_profile",
    "retention.view_findingrule",
    "retention.view_reading",
    "retention.view_restore",
    "subjects.view_subject",
)
PEOPLE = ("consent.record_release", "consent.view_paper", "dsar.decide_request", "dsar.view_person")
# Closes, with a reason, a violation that no destruction ever closes.
EXPLAINS = ("artifacts.change_violation",)
# Writes down what became of a withdrawal in a model.
TRAINING = ("consent.add_remediation",)
# Reviews and publishes what people are shown before they sign.
TEXTS = ("consent.add_controller", "consent.change_controller", "consent.change_notice")
TWO_PEOPLE = (
    "erasure.place_hold",
    "profiles.add_profile",
    "profiles.decide_activation",
    "retention.add_findingrule",
    "retention.change_findingrule",
)
MACHINERY = ("access.view_apiclient", "access.view_apikey", "delivery.view_promise", "delivery.view_sign")
WEBHOOKS = ("delivery.view_endpoint", "delivery.view_message")

ROLES: dict[str, tuple[str, ...]] = {
    # Looks, sees no person.
    "viewer": LISTS,
    # Handles requests: sees who asks, accepts or refuses identities, decides.
    "officer": (*LISTS, *PEOPLE, *EXPLAINS, *TRAINING, *TEXTS),
    # As an officer; what needs two people is for this role.
    "senior officer": (*LISTS, *PEOPLE, *EXPLAINS, *TRAINING, *TEXTS, *TWO_PEOPLE, "access.view_officer", "delivery.view_promise"),
    # Checks that promises were kept, needs no person for it.
    "auditor": (*LISTS, *MACHINERY, *WEBHOOKS, "access.view_officer"),
    # Keeps the machinery running: systems and keys, no person and no decision.
    "operator": (
        *MACHINERY,
        *WEBHOOKS,
        "access.add_apiclient",
        "access.add_apikey",
        "access.change_apikey",
        "artifacts.view_violation",
        "backend.add_system",
        "backend.change_system",
        "backend.view_system",
        "delivery.add_endpoint",
        "delivery.change_endpoint",
        "delivery.change_message",
    ),
}


@transaction.atomic
def ensure_roles() -> list[str]:
    """Create the groups and give each exactly its rights; returns the names of rights that do not exist (yet). Idempotent."""
    missing: set[str] = set()
    for role, names in ROLES.items():
        found = list(permissions(names))
        missing |= set(names) - {f"{p.content_type.app_label}.{p.codename}" for p in found}
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(found)
    return sorted(missing)


def permissions(names: Iterable[str]) -> Iterable[Permission]:
    wanted = Q(pk__in=[])
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.select_related("content_type").filter(wanted)
