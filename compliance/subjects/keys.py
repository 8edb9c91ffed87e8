"""From a subject's row to the key that opens what is sealed for it."""

from compliance.core.errors import KeyDestroyed
from compliance.core.keys import ring
from compliance.core.sealing import Sealer
from compliance.subjects.models import Subject


def sealer_of(subject: Subject) -> Sealer:
    """The subject's unwrapped key; raises `KeyDestroyed` after an erasure."""
    if subject.wrapped_key is None:
        raise KeyDestroyed("The key of this record was destroyed; what it sealed cannot be read again.")
    return ring().unwrap(bytes(subject.wrapped_key), subject.key_epoch, subject.pk)
