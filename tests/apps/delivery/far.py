"""A receiver of webhooks for the tests: notes what came, and answers as told."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from compliance.core import clock
from compliance.core.actor import Actor
from compliance.delivery.actions import NewSecret, create_endpoint, drain, send_test
from compliance.delivery.events import EVENTS
from compliance.delivery.models import EndpointCondition, Message, Promise
from compliance.wiring import HANDLERS

OLGA = Actor("Olga Officer", "officer")


@dataclass
class Far:
    """`status` and `headers` are what it answers next; `got` is what came: (headers in lower case, body)."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    # Called with each request before the answer.
    meanwhile: Any = None

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@contextmanager
def listening(settings: Any) -> Iterator[Far]:
    """A receiver on loopback that the settings allow."""
    far = Far()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            far.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if far.meanwhile:
                far.meanwhile()
            self.send_response(far.status)
            for name, value in far.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    far.url = f"http://127.0.0.1:{server.server_port}/hooks"
    settings.BACKEND_ALLOW = [f"127.0.0.1:{server.server_port}"]
    try:
        yield far
    finally:
        server.shutdown()
        server.server_close()


def endpoint(far: Far, *events: str) -> NewSecret:
    return create_endpoint(url=far.url, events=events or list(EVENTS), actor=OLGA, at=clock.now())


def nothing(*_: Any) -> None:
    """A keeper for what these tests are not about: documents take seconds, in which a second try would come due."""


def worked() -> int:
    """What a worker does when it is told to look."""
    return drain({topic: keep if topic in {"consent.notify", "delivery.webhook"} else nothing for topic, keep in HANDLERS.items()})


def hurry(message: Message) -> timedelta:
    """Make the next try of a message due now; returns how long it would have waited."""
    row = Promise.objects.get(topic="delivery.webhook", payload__message=str(message.pk), payload__round=str(message.round))
    message.refresh_from_db()
    assert row.due_at == message.next_at
    waits = row.due_at - clock.now()
    Promise.objects.filter(pk=row.pk).update(due_at=clock.now())
    # The schedule is looked at here, not the pause after a fault.
    EndpointCondition.objects.update(open_until=None)
    return waits


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Written from the specification, by other means than ours."""
    key = base64.b64decode(secret.split("_", 1)[1])
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    digest = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return any(part == f"v1,{digest}" for part in headers["webhook-signature"].split(" "))


def a_test_to(far: Far) -> Message:
    """A test message to a new endpoint there, not sent yet."""
    return send_test(endpoint_id=endpoint(far).endpoint.pk, actor=OLGA, at=clock.now())
