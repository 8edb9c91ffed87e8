"""The lines of a streamed list, whatever the server's own reader of lines does."""

import hashlib
from io import BytesIO
from typing import IO, Any, cast

import pytest

from compliance.core.errors import Invalid
from consent.api.ndjson import LONGEST_LINE, PIECE, Lines, candidate


class OneLineServer(BytesIO):
    """As a server that was met: `readline` gives the first line and then nothing; `read` gives pieces of any size."""

    def readline(self, size: int | None = -1, /) -> bytes:
        return super().readline() if self.tell() == 0 else b""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 7, 7))


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_d10_every_line_is_read_where_the_servers_readline_stops_after_the_first(end: bytes) -> None:
    body = b"\n".join(b'"id-%d"' % n for n in range(500)) + end
    lines = Lines(cast(IO[bytes], OneLineServer(body)))
    assert [candidate(number, line) for number, line in lines] == [f"id-{n}" for n in range(500)]
    assert lines.digest.hexdigest() == hashlib.sha256(body).hexdigest()


def test_empty_lines_are_passed_over_and_keep_their_numbers() -> None:
    body = BytesIO(b'\n"a"\r\n\n"b"')
    assert [(number, candidate(number, line)) for number, line in Lines(body)] == [(2, "a"), (4, "b")]


@pytest.mark.parametrize("size", [LONGEST_LINE + 1, PIECE * 3])
def test_a_line_without_end_is_refused_before_it_is_held_whole(size: int) -> None:
    class Counted(BytesIO):
        read_so_far = 0

        def read(self, size: Any = -1, /) -> bytes:
            piece = super().read(size)
            self.read_so_far += len(piece)
            return piece

    body = Counted(b'"' + b"a" * size)
    with pytest.raises(Invalid, match="Line 1"):
        list(Lines(body))
    assert body.read_so_far <= PIECE
