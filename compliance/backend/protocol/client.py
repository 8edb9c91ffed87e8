"""Calls to one scan backend: bounded in time and size, no redirects, every answer parsed strictly."""

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from compliance.backend.protocol import answers
from compliance.backend.protocol.guard import Target, resolve
from compliance.core.errors import BackendFault

MAX_ANSWER = 2_000_000
MAX_LOOKUP = 1_000
PAGE = 500
# Seconds for a whole answer: a backend that sends one byte at a time keeps no worker longer.
WHOLE_CALL = 30.0
TIMEOUT = httpx.Timeout(10.0, connect=3.0)


class Client:
    """Speaks `face-deletion/1` to one base URL. Raises `BackendFault` on everything that is not a clear answer."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token

    def describe(self) -> answers.Description:
        return answers.description(self._call("GET", ""))

    def inventory(self, subject: str | None = None) -> Iterator[answers.Found]:
        """Everything the backend has (of one subject), page by page. A repeated cursor is a fault, not an endless loop."""
        cursor, seen = None, set[str]()
        while True:
            params = {"limit": str(PAGE)} | ({"subject": subject} if subject else {}) | ({"cursor": cursor} if cursor else {})
            page = answers.page(self._call("GET", "/artifacts", params=params), PAGE)
            if subject and any(item.subject != subject for item in page.items):
                raise answers.wrong("subject")
            yield from page.items
            cursor = page.next
            if cursor is None:
                return
            if cursor in seen:
                raise answers.wrong("repeated cursor")
            seen.add(cursor)

    def lookup(self, ids: Sequence[str]) -> frozenset[str]:
        """The negative read: which of these ids are still there."""
        there: frozenset[str] = frozenset()
        for start in range(0, len(ids), MAX_LOOKUP):
            part = list(ids[start : start + MAX_LOOKUP])
            there |= answers.present(self._call("POST", "/artifacts/lookup", body={"ids": part}), frozenset(part))
        return there

    def delete(self, deletion_id: str, items: Sequence[tuple[str, str, str]], reason: str) -> None:
        """Ask to delete `(id, category, method)` items. The id makes a repeated call one deletion."""
        body = {
            "deletion_id": deletion_id,
            "items": [{"id": id_, "category": category, "method": method} for id_, category, method in items],
            "reason": reason,
        }
        answers.accepted(self._call("POST", "/deletions", body=body, key=deletion_id), deletion_id)

    def deletion(self, deletion_id: str, ids: Sequence[str]) -> answers.Deletion:
        return answers.deletion(self._call("GET", f"/deletions/{deletion_id}"), frozenset(ids))

    def _call(self, method: str, path: str, *, params: dict[str, str] | None = None, body: Any = None, key: str | None = None) -> Any:
        target = resolve(self.base_url)
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Host": target.host_header}
        if key:
            headers["Idempotency-Key"] = key
        url = f"{target.base}{httpx.URL(self.base_url).path.rstrip('/')}/face-deletion/v1{path}"
        try:
            with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as http:
                request = http.build_request(method, url, params=params, json=body, headers=headers, extensions=sni(target))
                return read(http, request)
        except httpx.TimeoutException:
            raise BackendFault("The system did not answer in time.", kind="timeout") from None
        except (httpx.HTTPError, OSError) as error:
            raise BackendFault("The system cannot be reached.", kind=f"unreachable ({type(error).__name__})") from None


def sni(target: Target) -> dict[str, str]:
    """TLS must prove the name, though we connect to the pinned address."""
    return {"sni_hostname": target.host} if target.scheme == "https" else {}


def read(http: httpx.Client, request: httpx.Request) -> Any:
    """Send, and read a JSON answer within the limits of size and time."""
    response = http.send(request, stream=True)
    try:
        if response.status_code not in (200, 202):
            raise BackendFault(
                "The system answered with an error.", kind=f"status {response.status_code}", retry_after=retry_after(response)
            )
        if "application/json" not in response.headers.get("Content-Type", ""):
            raise answers.wrong("content type")
        raw, ends = bytearray(), time.monotonic() + WHOLE_CALL
        for part in response.iter_bytes():
            raw += part
            if len(raw) > MAX_ANSWER:
                raise answers.wrong("too large")
            if time.monotonic() > ends:
                raise BackendFault("The system's answer took too long.", kind="timeout")
    finally:
        response.close()
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise answers.wrong("not JSON") from None


def retry_after(response: httpx.Response) -> int | None:
    """`Retry-After` in seconds, at most an hour; the date form is answered by our own backoff."""
    value = response.headers.get("Retry-After", "")
    return min(int(value), 3600) if value.isdigit() else None
