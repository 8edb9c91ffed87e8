"""Serializers that refuse what they do not know."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from compliance.core.clock import from_text


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields by name, at every level: a typing error must not be a silent default."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name[:60]: ["This field is not known here."] for name in unknown[:20]})
        return super().to_internal_value(data)


class StrictCharField(serializers.CharField):
    """A text that must come as a JSON string: numbers and booleans are not turned into text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("This must be a text.")
        return str(super().to_internal_value(data))


class StrictEmailField(serializers.EmailField, StrictCharField):
    """An e-mail address that must come as a JSON string; 254 characters at most (RFC 5321)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 254, **options})


class StrictBooleanField(serializers.BooleanField):
    """true or false, nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("This must be true or false.")
        return data


class StrictIntegerField(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            raise serializers.ValidationError("This must be a whole number.")
        return int(super().to_internal_value(data))


class ReferenceField(StrictCharField):
    """The opaque id a connected system uses: 1 to 200 characters, kept byte for byte."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=1, max_length=200, trim_whitespace=False, **options)


class OffsetDateTimeField(serializers.DateTimeField):
    """A moment that says its offset, RFC 3339, 2000 to 2199: a local time without one would be guessed."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            # A NUL or half a character is no digit: fromisoformat refuses it.
            return from_text(value if isinstance(value, str) and len(value) <= 40 else "")
        except ValueError:
            raise serializers.ValidationError("Write RFC 3339 with an offset, such as 2026-11-20T10:00:00Z.") from None
