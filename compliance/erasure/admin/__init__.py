"""Orders, outcomes and holds in the admin."""

from compliance.erasure.admin import holds, orders

__all__ = ["holds", "orders"]
