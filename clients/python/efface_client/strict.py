"""JSON read strictly: one meaning or none."""

import json
from typing import Any


def loads(raw: bytes | str) -> Any:
    """A JSON value in UTF-8. ValueError for a key that comes twice, for NaN and Infinity, and for anything else that is no JSON."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
