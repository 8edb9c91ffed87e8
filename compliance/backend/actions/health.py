"""How a system is doing: after a fault it is left alone for a while that grows, after one success it has its pace again.

The wait belongs to the system and not to the work: one slow system holds up nothing that others have to do.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from compliance.backend.models import Condition, System
from compliance.core.errors import BackendFault

# Seconds before the next call after the n-th fault in a row, before jitter; the last one repeats.
BACKOFF = (1, 2, 5, 15, 30, 60)


@transaction.atomic
def faulted(*, system: System, fault: BackendFault, at: datetime) -> datetime:
    """Count a fault and open the circuit, for as long as the system itself said where it did (`Retry-After`); returns until when."""
    condition = Condition.objects.select_for_update().get(system=system)
    condition.faults_in_a_row += 1
    condition.last_error = fault.kind[:200]
    seconds = BACKOFF[min(condition.faults_in_a_row, len(BACKOFF)) - 1] * (0.5 + secrets.randbelow(1000) / 1000)
    condition.open_until = until = at + timedelta(seconds=max(seconds, fault.retry_after or 0))
    condition.save()
    return until


@transaction.atomic
def succeeded(*, system: System, at: datetime) -> None:
    """Close the circuit."""
    condition = Condition.objects.select_for_update().get(system=system)
    condition.faults_in_a_row, condition.open_until, condition.last_error, condition.last_success_at = 0, None, "", at
    condition.save()
