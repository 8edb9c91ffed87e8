"""One person under two records: what names the guest moves to the account, sealed anew under the account's key."""

from datetime import datetime

from django.db import transaction

from compliance.audit.actions import record
from compliance.core.actor import Actor
from compliance.subjects.keys import sealer_of
from compliance.subjects.models import Contact, Reference, Subject

Age = Subject.Age


@transaction.atomic
def join(*, guest: Subject, account: Subject, actor: Actor, at: datetime) -> None:
    """Move references and contacts, take the stricter of what is known of the two, and let the guest's row point to the account.

    The caller holds both rows' locks. The guest's key stays, for what was sealed and cannot be written again; it goes with the
    account's (`destroy_key`).
    """
    for reference in Reference.objects.filter(subject=guest):
        _reseal(reference, "subjects.reference", guest, account)
    held = set(Contact.objects.filter(subject=account).values_list("index", flat=True))
    for contact in Contact.objects.filter(subject=guest):
        if contact.index in held:
            contact.delete()
        else:
            _reseal(contact, "subjects.contact", guest, account)
    account.last_interaction_at = max(account.last_interaction_at, guest.last_interaction_at)
    account.jurisdictions = sorted({*account.jurisdictions, *guest.jurisdictions})
    account.age = stricter(account.age, guest.age)
    account.gpc_at = min((seen for seen in (account.gpc_at, guest.gpc_at) if seen), default=None)
    account.save(update_fields=["last_interaction_at", "jurisdictions", "age", "gpc_at"])
    guest.merged_into = account
    guest.save(update_fields=["merged_into"])
    record(
        kind="subjects:subject:joined",
        object_id=str(guest.pk),
        actor=actor,
        at=at,
        payload={"account": str(account.pk)},
        sealer=sealer_of(guest),
    )


def stricter(one: str, other: str) -> str:
    """A minor stays one. What is known of one record counts where the other says nothing."""
    if Age.MINOR in (one, other):
        return Age.MINOR
    return one if one != Age.UNKNOWN else other


def _reseal(row: Reference | Contact, place: str, guest: Subject, account: Subject) -> None:
    text = sealer_of(guest).open(f"{place}:{row.pk}", bytes(row.sealed))
    row.sealed = sealer_of(account).seal(f"{place}:{row.pk}", text)
    row.subject = account
    row.save(update_fields=["sealed", "subject"])
