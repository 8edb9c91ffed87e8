"""The person's row first: registering, signing, withdrawing and erasing one person happen one after the other."""

from uuid import UUID

from compliance.subjects.models import Subject


def lock(subject_id: UUID, *, no_key: bool = False) -> Subject:
    """The person behind an id, with their row locked: for a guest who was joined to an account, that account.

    Whoever looked a guest up a moment ago must not write under a record that became part of another one meanwhile. `no_key` lets
    rows that point to the person be written at the same time. Needs a transaction.
    """
    # Without a lock as far as the joining is known, so that a guest's row is not held while its account is waited for.
    while following := Subject.objects.values_list("merged_into_id", flat=True).get(pk=subject_id):
        subject_id = following
    subject = Subject.objects.select_for_update(no_key=no_key).get(pk=subject_id)
    # Joined while this waited for the lock.
    return subject if subject.merged_into_id is None else lock(subject.merged_into_id, no_key=no_key)
