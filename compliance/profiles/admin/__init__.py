"""Promises and parties in the admin."""

from compliance.profiles.admin import activations, parties, versions

__all__ = ["activations", "parties", "versions"]
