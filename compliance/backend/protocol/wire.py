"""The wire under the protocol: one bounded call. The whole of it has one deadline, and leads only where we may connect to."""

import json
import ssl
import time
from collections.abc import Mapping
from typing import Any

import httpcore

from compliance.backend.protocol import answers
from compliance.backend.protocol.guard import resolve
from compliance.core.errors import BackendFault

MAX_ANSWER = 2_000_000
# Seconds. The first is for connecting, the second for a whole call: headers or a body that drip in keep no worker longer.
CONNECT = 3.0
WHOLE_CALL = 15.0
TLS = ssl.create_default_context()


class Deadline(httpcore.NetworkStream):
    """A stream whose every read and write gets the time that is left of the whole call."""

    def __init__(self, inner: httpcore.NetworkStream, ends: float) -> None:
        self.inner, self.ends = inner, ends

    def left(self) -> float:
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self.left())

    def close(self) -> None:
        self.inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> "Deadline":
        return Deadline(self.inner.start_tls(ssl_context, server_hostname, self.left()), self.ends)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


class Guarded(httpcore.SyncBackend):
    """Connects to the address that the guard pinned, while TLS and `Host` keep proving the name."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.ends = time.monotonic() + WHOLE_CALL

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        target = resolve(self.base_url)
        return Deadline(super().connect_tcp(target.address, target.port, timeout=CONNECT), self.ends)


def call(base_url: str, method: str, address: str, headers: Mapping[str, str], body: Any = None) -> Any:
    """One call and its JSON answer. Raises `BackendFault` for everything else: no redirect is followed, nothing is retried."""
    content = None if body is None else json.dumps(body).encode()
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json", **headers}
    try:
        with (
            httpcore.ConnectionPool(ssl_context=TLS, network_backend=Guarded(base_url)) as pool,
            pool.stream(method, address, headers=list(sent.items()), content=content) as response,
        ):
            return read(response)
    except httpcore.TimeoutException:
        raise BackendFault("The system did not answer in time.", kind="timeout") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
        raise BackendFault("The system cannot be reached.", kind=f"unreachable ({type(error).__name__})") from None


def read(response: httpcore.Response) -> Any:
    """The JSON of a 200 or 202, within the limit of size."""
    said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    if response.status not in (200, 202):
        retry = said.get("retry-after", "")
        raise BackendFault(
            "The system answered with an error.",
            kind=f"status {response.status}",
            # The date form is answered by our own backoff; an hour is the longest anybody may put us off.
            retry_after=min(int(retry), 3600) if retry.isascii() and retry.isdigit() and len(retry) < 10 else None,
        )
    if "application/json" not in said.get("content-type", ""):
        raise answers.wrong("content type")
    raw = bytearray()
    for part in response.iter_stream():
        raw += part
        if len(raw) > MAX_ANSWER:
            raise answers.wrong("too large")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise answers.wrong("not JSON") from None
