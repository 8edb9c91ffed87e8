"""A small, strict HTTP server on the standard library: limits first, then a function per route."""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote

from examples.scan_backend.problems import ProblemError

BODY_LIMIT = 1_000_000
DISCARD_LIMIT = 20 * BODY_LIMIT
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is still percent-encoded; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_form(self) -> bool:
        return self._media_type() == "application/x-www-form-urlencoded"

    def values(self) -> dict[str, object]:
        """The body as an object, from JSON or from a form; ProblemError(400) when it is neither."""
        if self.is_form:
            return dict(_pairs(self.body.decode("utf-8", "replace")))
        return self.json()

    def json(self) -> dict[str, object]:
        if self._media_type() != "application/json":
            raise ProblemError(400, "Send the body as application/json.")
        return parse_object(self.body)

    def _media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(status: int, body: object, **headers: str) -> Response:
    """A JSON answer."""
    return Response(status, json.dumps(body).encode(), headers=headers)


def problem_response(problem: ProblemError) -> Response:
    body = json.dumps(problem.body()).encode()
    return Response(problem.status, body, "application/problem+json", problem.headers)


def parse_object(data: bytes) -> dict[str, object]:
    """A JSON object; ProblemError(400) for anything else, however odd."""
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ProblemError(400, "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise ProblemError(400, "The body must be a JSON object.")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise ProblemError(400, "Too many fields.") from None


class Router:
    """`{name}` in a path stands for one segment, handed to the function decoded and by name."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Response]]] = []

    def add(self, method: str, path: str, function: Callable[..., Response]) -> None:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
        self._routes.append((method, re.compile(pattern), function))

    def find(self, request: Request) -> tuple[Callable[..., Response], dict[str, str]]:
        matches = [(m, f, found) for m, p, f in self._routes if (found := p.fullmatch(request.path))]
        for method, function, found in matches:
            if method == request.method:
                return function, {name: unquote(value) for name, value in found.groupdict().items()}
        if matches:
            raise ProblemError(405, "This method is not served here.", Allow=", ".join(m for m, _, _ in matches))
        raise ProblemError(404, "There is nothing here.")


class Server(ThreadingHTTPServer):
    """On the loopback only; a thread per connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, app: Callable[[Request], Response]) -> None:
        self.app = app
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        if isinstance(error, ConnectionError):
            log.info("a client went away")
        else:
            log.error("a call failed", exc_info=error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo-scan"
    sys_version = ""
    timeout = 30
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        try:
            response = self.server.app(self._request())
        except ProblemError as problem:
            # The body may be unread: what follows on this connection could not be trusted.
            self.close_connection = True
            response = problem_response(problem)
        self._send(response)

    def _request(self) -> Request:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body(headers)
        return Request(self.command, path, dict(_pairs(query)), headers, body)

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            raise ProblemError(411, "Send a Content-Length.")
        length = headers.get("content-length", "0")
        if not re.fullmatch(r"[0-9]{1,18}", length):
            raise ProblemError(400, "Content-Length must be a number.")
        if int(length) > BODY_LIMIT:
            self._discard(int(length))
            raise ProblemError(413, f"A body may have at most {BODY_LIMIT} bytes.")
        return self.rfile.read(int(length))

    def _discard(self, length: int) -> None:
        """Read past a body that is too big, or its sender would miss the answer; within reason."""
        left = min(length, DISCARD_LIMIT)
        while left > 0 and (chunk := self.rfile.read(min(left, 65536))):
            left -= len(chunk)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: request lines carry references, and logs must not."""


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler._serve)
