"""`application/x-ndjson`: one JSON value a line, read as it comes. Nothing is held but the line at hand."""

import hashlib
import json
from collections.abc import Iterator
from typing import IO, Any

from rest_framework.parsers import BaseParser

from compliance.access.api.parsers import inspect, no_duplicates, refuse_constant
from compliance.core.errors import EffaceError, FieldError, Invalid

# Six bytes a character at most (an escape), 200 characters, and the object around them.
LONGEST_LINE = 2_000
LONGEST_ID = 200
PIECE = 64 * 1024


class Lines:
    """The lines of one body. `digest` is over all bytes that were read so far."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Each line with its number, from 1; empty lines are passed over."""
        for number, line in enumerate(self._split(), start=1):
            if len(line) > LONGEST_LINE:
                raise bad_line(number, "The line is too long for one id.")
            self.digest.update(line)
            if line.strip():
                yield number, line

    def _split(self) -> Iterator[bytes]:
        """Lines with their ends, cut here from whole pieces: not every server's `readline` goes on after the first line."""
        rest = b""
        while piece := self.stream.read(PIECE):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield line + b"\n"
            if len(rest) > LONGEST_LINE:
                break
        if rest:
            yield rest


class NdjsonParser(BaseParser):
    """Hands the lines on unread: the view decides how many it takes."""

    media_type = "application/x-ndjson"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        return Lines(stream)


def candidate(number: int, line: bytes) -> str:
    """The id on one line: a JSON text, or an object with the one field `id`. Raises `Invalid` naming the line."""
    try:
        value = json.loads(line.decode(), object_pairs_hook=no_duplicates, parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise bad_line(number, "The line is not JSON in UTF-8.") from None
    except EffaceError as error:
        raise bad_line(number, error.detail) from None
    return candidate_of(value, f"line {number}", f"/{number}")


def candidate_of(value: Any, where: str, pointer: str) -> str:
    """The id that one candidate names."""
    given = value["id"] if isinstance(value, dict) and set(value) == {"id"} else value
    if not isinstance(given, str) or not 1 <= len(given) <= LONGEST_ID:
        raise Invalid(f"{where.capitalize()} names no id.", [FieldError(pointer, f"{where}: a text of 1 to {LONGEST_ID} characters")])
    inspect(given, pointer, 0)
    return given


def bad_line(number: int, why: str) -> Invalid:
    return Invalid(f"Line {number} cannot be read. Nothing was stored.", [FieldError(f"/{number}", f"line {number}: {why}")])
