"""A moment in a body is read by one field, which asks for an offset."""

from typing import Any

import pytest
from rest_framework import serializers

import compliance.urls  # noqa: F401  # loads every serializer of the API
from compliance.access.api.serializers import OffsetDateTimeField, StrictSerializer


def kinds(of: type[Any]) -> set[type[Any]]:
    return {of}.union(*(kinds(one) for one in of.__subclasses__()))


def test_there_is_one_way_to_read_a_moment_and_every_body_uses_it() -> None:
    fields = {one for one in kinds(serializers.DateTimeField) if one.__module__.split(".")[0] in {"compliance", "consent", "dsar"}}
    assert fields == {OffsetDateTimeField}
    taken = [
        (one.__name__, name, type(field))
        for one in kinds(StrictSerializer)
        for name, field in one._declared_fields.items()
        if isinstance(field, serializers.DateTimeField)
    ]
    assert len(taken) >= 6
    assert [row for row in taken if row[2] is not OffsetDateTimeField] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-11-20T10:00:00",
        "2026-11-20",
        "1999-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "",
        "soon",
        7,
        None,
        True,
        [],
        "2\x000",
        "2" * 99,
    ],
)
def test_a_moment_without_an_offset_or_out_of_reach_is_refused_with_an_example(wrong: Any) -> None:
    with pytest.raises(serializers.ValidationError, match="10:00:00Z"):
        OffsetDateTimeField().to_internal_value(wrong)


def test_a_moment_with_any_offset_is_taken() -> None:
    assert OffsetDateTimeField().to_internal_value("2026-11-20T10:00:00+01:00").isoformat() == "2026-11-20T10:00:00+01:00"
