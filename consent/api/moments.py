"""A moment in a body: RFC 3339 with an offset."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from compliance.backend.protocol.answers import moment
from compliance.core.errors import BackendFault


class MomentField(serializers.DateTimeField):
    """A local time without an offset would be guessed, so it is refused."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return moment(value, "at")
        except BackendFault:
            raise serializers.ValidationError("Write RFC 3339 with an offset, such as 2026-11-20T10:00:00Z.") from None
