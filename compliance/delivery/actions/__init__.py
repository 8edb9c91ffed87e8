"""What can be done with promises."""

from compliance.delivery.actions.drain import Again, Handler, drain
from compliance.delivery.actions.leases import Lease
from compliance.delivery.actions.promise import promise
from compliance.delivery.actions.signs import sign

__all__ = ["Again", "Handler", "Lease", "drain", "promise", "sign"]
