"""The officers' side of consent."""

from consent.admin import notices, releases

__all__ = ["notices", "releases"]
