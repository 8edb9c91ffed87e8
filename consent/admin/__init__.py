"""The officers' side of consent."""

from consent.admin import notices, releases, training

__all__ = ["notices", "releases", "training"]
