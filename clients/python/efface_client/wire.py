"""One HTTP call, bounded in time and size. Anything but a 200 with JSON is `Unanswered`."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from efface_client import strict

MAX_ANSWER = 4_000_000
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
JSON = ("application/json", "application/jwk-set+json")


class Unanswered(Exception):
    """Efface gave no clear answer. `status` is the HTTP status where there was one."""

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


class Wire:
    """Calls one service. No redirect is followed, no proxy of the environment is used, nothing is retried."""

    def __init__(self, base_url: str, key: str, timeout: float, transport: httpx.BaseTransport | None) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("the address must begin with https:// (http:// only for this machine itself)")
        self.base_url, self.timeout = base_url.rstrip("/"), timeout
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json", "Accept-Encoding": "identity"}
        self.http = httpx.Client(timeout=timeout, transport=transport, headers=headers, follow_redirects=False, trust_env=False)

    def call(self, method: str, path: str, *, body: Any = None, params: Mapping[str, str] | None = None) -> Any:
        """The JSON of a 200. Raises `Unanswered` for everything else."""
        ends = time.monotonic() + self.timeout
        try:
            request = self.http.build_request(method, f"{self.base_url}{path}", json=body, params=params)
            response = self.http.send(request, stream=True, follow_redirects=False)
            try:
                raw = self._read(response, ends)
            finally:
                response.close()
        except httpx.TimeoutException:
            raise Unanswered("no answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise Unanswered(f"cannot be reached ({type(error).__name__})") from None
        except (ValueError, TypeError) as error:
            raise Unanswered(f"the question cannot be sent ({type(error).__name__})") from None
        try:
            return strict.loads(raw)
        except ValueError as error:
            raise Unanswered(f"the answer is no JSON: {error}") from None

    def _read(self, response: httpx.Response, ends: float) -> bytes:
        if response.status_code != 200:
            raise Unanswered(f"status {response.status_code}", response.status_code)
        if response.headers.get("content-type", "").split(";")[0].strip().lower() not in JSON:
            raise Unanswered("the answer does not say that it is JSON", 200)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise Unanswered("the answer is packed although nobody asked for that", 200)
        raw = bytearray()
        for part in response.iter_bytes():
            raw += part
            if len(raw) > MAX_ANSWER:
                raise Unanswered("the answer is too large", 200)
            if time.monotonic() > ends:
                raise Unanswered("no answer in time", 200)
        if time.monotonic() > ends:
            raise Unanswered("no answer in time", 200)
        return bytes(raw)
