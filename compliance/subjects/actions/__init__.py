"""What can be done to a subject's record."""

from compliance.subjects.actions.describe import Described, describe
from compliance.subjects.actions.destroy_key import destroy_key
from compliance.subjects.actions.forget_contacts import forget_contacts
from compliance.subjects.actions.know import add_contact, add_reference, create, know
from compliance.subjects.actions.lock import lock

__all__ = [
    "Described",
    "add_contact",
    "add_reference",
    "create",
    "describe",
    "destroy_key",
    "forget_contacts",
    "know",
    "lock",
]
