"""The circuit of a system: faults in a row open it, one success closes it."""

from datetime import datetime, timedelta

from django.db import transaction

from compliance.backend.models import Condition, System
from compliance.core.errors import BackendFault

FAULTS_TO_OPEN = 5
# A circuit that opened is tried again after this long; a working system is back within a minute.
OPEN_FOR = timedelta(seconds=30)


@transaction.atomic
def faulted(*, system: System, fault: BackendFault, at: datetime) -> None:
    """Count a fault; open the circuit after several in a row."""
    condition = Condition.objects.select_for_update().get(system=system)
    condition.faults_in_a_row += 1
    condition.last_error = fault.kind[:200]
    if condition.faults_in_a_row >= FAULTS_TO_OPEN:
        condition.open_until = at + max(OPEN_FOR, timedelta(seconds=fault.retry_after or 0))
    condition.save()


@transaction.atomic
def succeeded(*, system: System, at: datetime) -> None:
    """Close the circuit."""
    condition = Condition.objects.select_for_update().get(system=system)
    condition.faults_in_a_row, condition.open_until, condition.last_error, condition.last_success_at = 0, None, "", at
    condition.save()
