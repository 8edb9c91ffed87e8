"""JSON over one bounded call."""

import json
from collections.abc import Mapping
from typing import Any

from compliance.backend.protocol import answers
from compliance.core.errors import BackendFault
from compliance.delivery.wire import Answer, exchange

GOOD = (200, 202)


def call(base_url: str, method: str, address: str, headers: Mapping[str, str], body: Any = None) -> Any:
    """One call and its JSON answer. Raises `BackendFault` for everything else: no redirect is followed, nothing is retried."""
    content = None if body is None else json.dumps(body).encode()
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json", **headers}
    return read(exchange(base_url, method, address, sent, content, reads=GOOD))


def read(answer: Answer) -> Any:
    """The JSON of a 200 or 202."""
    if answer.status not in GOOD:
        raise BackendFault("The system answered with an error.", kind=f"status {answer.status}", retry_after=answer.retry_after)
    if "application/json" not in answer.headers.get("content-type", ""):
        raise answers.wrong("content type")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise answers.wrong("not JSON") from None
