"""What can be done with promises, and with webhooks."""

from compliance.delivery.actions.drain import Again, Handler, drain
from compliance.delivery.actions.endpoints import NewSecret, create_endpoint, disable, enable, rotate_secret
from compliance.delivery.actions.leases import Lease
from compliance.delivery.actions.messages import replay, send_test, sender, spread
from compliance.delivery.actions.promise import Once, promise
from compliance.delivery.actions.signs import sign

__all__ = [
    "Again",
    "Handler",
    "Lease",
    "NewSecret",
    "Once",
    "create_endpoint",
    "disable",
    "drain",
    "enable",
    "promise",
    "replay",
    "rotate_secret",
    "send_test",
    "sender",
    "sign",
    "spread",
]
