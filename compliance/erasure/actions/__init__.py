"""What can be ordered and carried out. There is no other road to destruction."""

from compliance.erasure.actions.certify import certify
from compliance.erasure.actions.order import order
from compliance.erasure.actions.run import run

__all__ = ["certify", "order", "run"]
