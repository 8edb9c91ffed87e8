"""One bounded call to a machine outside: one deadline for the whole of it, no redirect, and only where we may connect to."""

import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from compliance.core.errors import BackendFault
from compliance.delivery.guard import resolve

MAX_ANSWER = 2_000_000
# Seconds. The first is for connecting, the second for a whole call: headers or a body that drip in keep no worker longer.
CONNECT = 3.0
WHOLE_CALL = 15.0
TLS = ssl.create_default_context()


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in lower case; the body is empty where nobody wanted to read it."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> int | None:
        """Seconds of `Retry-After`. The date form is answered by our own backoff; an hour is the longest anybody may put us off."""
        said = self.headers.get("retry-after", "")
        return min(int(said), 3600) if said.isascii() and said.isdigit() and len(said) < 10 else None


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

    def __init__(self, base_url: str, seconds: float) -> None:
        self.base_url = base_url
        self.ends = time.monotonic() + seconds

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        target = resolve(self.base_url)
        return Deadline(super().connect_tcp(target.address, target.port, timeout=CONNECT), self.ends)


def exchange(
    base_url: str,
    method: str,
    address: str,
    headers: Mapping[str, str],
    content: bytes | None,
    *,
    reads: Collection[int],
    seconds: float | None = None,
) -> Answer:
    """One call. The body is read for the statuses in `reads` only. Raises `BackendFault` when no whole answer came in time."""
    ends = WHOLE_CALL if seconds is None else seconds
    try:
        with (
            httpcore.ConnectionPool(ssl_context=TLS, network_backend=Guarded(base_url, ends)) as pool,
            pool.stream(method, address, headers=list(headers.items()), content=content) as response,
        ):
            said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, said, bounded(response) if response.status in reads else b"")
    except httpcore.TimeoutException:
        raise BackendFault("The system did not answer in time.", kind="timeout") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
        raise BackendFault("The system cannot be reached.", kind=f"unreachable ({type(error).__name__})") from None


def bounded(response: httpcore.Response) -> bytes:
    raw = bytearray()
    for part in response.iter_stream():
        raw += part
        if len(raw) > MAX_ANSWER:
            raise BackendFault("The system's answer is not as the protocol asks: too large.", kind="malformed answer: too large")
    return bytes(raw)
