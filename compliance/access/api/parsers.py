"""Strict JSON: limits on size and depth, no duplicate keys, no NUL, and no face: pictures and vectors are refused."""

import json
import re
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from compliance.access.middleware import TooLarge
from compliance.core.config import MAX_BODY
from compliance.core.errors import EffaceError, FieldError, Malformed

MAX_DEPTH = 12
# A list this long of bare numbers is a vector or a set of landmarks; nothing in our API has one.
MAX_NUMBERS = 8
LONG_TEXT = 2_000
PICTURE = re.compile(r"^\s*(data:image/|/9j/|iVBORw0KGgo|R0lGOD|UklGR|Qk[0-9A-Za-z+/]{4}|AAAA[A-Za-z0-9+/]{4}ZnR5c)")
SURROGATE = re.compile("[\ud800-\udfff]")
BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]+")


class FaceData(EffaceError):
    """A picture or a vector was sent. It is refused and recorded as a violation of the sender; see `artifacts`."""

    status, code, title = 422, "face-data-refused", "Efface takes no pictures and no vectors"


class StrictJSONParser(BaseParser):
    """Parses `application/json` in UTF-8."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(MAX_BODY + 1)
        if len(raw) > MAX_BODY:
            raise TooLarge
        try:
            value = json.loads(raw.decode(), object_pairs_hook=no_duplicates, parse_constant=refuse_constant)
        except (ValueError, RecursionError):
            raise ParseError("The body is not valid JSON in UTF-8.") from None
        inspect(value, "", 0)
        return value


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Malformed("A JSON object names one field twice.")
    return made


def refuse_constant(name: str) -> None:
    raise Malformed(f"{name} is not JSON.")


def inspect(value: Any, pointer: str, depth: int) -> None:
    """Walk the whole value once and refuse what no field of ours may hold."""
    if depth > MAX_DEPTH:
        raise Malformed(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        inspect_text(value, pointer)
    elif isinstance(value, dict):
        for name, inner in value.items():
            inspect_text(name, pointer)
            inspect(inner, f"{pointer}/{name[:60]}", depth + 1)
    elif isinstance(value, list):
        if len(value) > MAX_NUMBERS and all(isinstance(v, int | float) for v in value):
            raise FaceData("A list of numbers looks like a face vector. Send ids only.", [FieldError(pointer or "/", "a list of numbers")])
        for number, inner in enumerate(value):
            inspect(inner, f"{pointer}/{number}", depth + 1)


def inspect_text(text: str, pointer: str) -> None:
    if not text.isascii() and SURROGATE.search(text):
        raise Malformed("A text holds half a character (a lone surrogate).")
    if "\0" in text:
        raise Malformed("A text holds a NUL character.")
    if PICTURE.match(text) or (len(text) > LONG_TEXT and BASE64.fullmatch(text)):
        raise FaceData("A text looks like a picture. Send ids only.", [FieldError(pointer or "/", "looks like an encoded picture")])
