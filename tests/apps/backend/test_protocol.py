"""X09 and X29: whatever a backend answers, there is no crash and no false success; and we connect only where we may."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from compliance.backend.protocol import Client
from compliance.core.errors import BackendFault, Invalid
from compliance.delivery import wire
from compliance.delivery.guard import check, is_public, resolve

DESCRIPTION = {
    "protocol": "face-deletion/1",
    "epoch": "e1",
    "stores": [
        {"name": "uploads", "kind": "object", "categories": ["original_upload"], "backup": {"max_age": "P14D"}, "purge": "immediate"}
    ],
}
ITEM = {
    "id": "a",
    "category": "embedding",
    "subject": "usr_ana",
    "store": "vectors",
    "created_at": "2026-11-20T10:00:00Z",
    "derived_from": None,
    "size": 3,
}


@contextmanager
def answering(body: bytes | Any, status: int = 200, kind: str = "application/json", **headers: str) -> Iterator[str]:
    """A far side that answers every call the same."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    class Far(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = answer  # noqa: N815  # names that http.server gives

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Far)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def allowed(settings: Any, url: str) -> Iterator[Client]:
    settings.BACKEND_ALLOW = [url.removeprefix("http://")]
    yield Client(url, "token")


def ask(settings: Any, body: Any, call: str, *args: Any, **answer: Any) -> Any:
    with answering(body, **answer) as url, allowed(settings, url) as far:
        result = getattr(far, call)(*args)
        return list(result) if call == "inventory" else result


def test_a_backend_that_answers_by_the_book_is_understood(settings: Any) -> None:
    described = ask(settings, DESCRIPTION, "describe")
    assert (described.epoch, described.stores[0].name, described.stores[0].backup_max_age) == ("e1", "uploads", "P14D")
    assert [found.id for found in ask(settings, {"items": [ITEM], "next": None}, "inventory", "usr_ana")] == ["a"]
    assert ask(settings, {"present": ["a"], "as_of": "x"}, "lookup", ["a", "b"]) == {"a"}
    assert (
        ask(settings, {"deletion_id": "d", "state": "accepted"}, "delete", "d", [("a", "embedding", "delete")], "request", status=202)
        is None
    )
    got = ask(settings, {"state": "done", "items": [{"id": "a", "outcome": "deleted", "purge": "done"}]}, "deletion", "d", ["a"])
    assert (got.state, got.items[0].outcome) == ("done", "deleted")


WRONG: dict[str, Any] = {
    "html with 200": (b"<html>fine</html>", {"kind": "text/html"}),
    "json that says html": ({"present": []}, {"kind": "text/html"}),
    "ok false": ({"ok": False}, {}),
    "a list": ([], {}),
    "nothing": (b"", {}),
    "half": (b'{"present": [', {}),
    "deep": (b"[" * 100_000, {}),
    "null": (None, {}),
    "a word": ("absent", {}),
    "present as a word": ({"present": "none"}, {}),
    "present with numbers": ({"present": [1]}, {}),
    "present with what nobody asked": ({"present": ["z"]}, {}),
    "NaN": (b'{"present": NaN}', {}),
    "10 MB": (b'{"present": [], "x": "' + b"x" * 10_000_000 + b'"}', {}),
    "500": ({"present": []}, {"status": 500}),
    "201": ({"present": []}, {"status": 201}),
    "204": (b"", {"status": 204}),
    "a redirect": ({"present": []}, {"status": 302, "Location": "http://127.0.0.1:1/"}),
}


@pytest.mark.parametrize("case", WRONG)
def test_x09_what_is_not_a_clear_negative_read_is_a_fault(settings: Any, case: str) -> None:
    body, answer = WRONG[case]
    with pytest.raises(BackendFault):
        ask(settings, body, "lookup", ["a"], **answer)


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""}, {"id": "x" * 201}, {"id": None}, {"id": "a\0b"}, {"category": 7}, {"subject": "usr_ben"}, {"created_at": "yesterday"},
        {"created_at": "2026-11-20T10:00:00"}, {"created_at": "9999-12-31T23:59:59-12:00"},
        {"created_at": "0001-01-01T00:00:00+12:00"}, {"id": "\ud800"}, {"size": 10**30}, {"size": -1}, {"size": True}, {"derived_from": []},
    ],
)  # fmt: skip  # one wrong thing a word
def test_x09_one_wrong_item_makes_the_page_a_fault(settings: Any, change: dict[str, Any]) -> None:
    with pytest.raises(BackendFault):
        ask(settings, {"items": [ITEM | change], "next": None}, "inventory", "usr_ana")


def test_x09_a_repeated_cursor_ends_in_a_fault_and_not_in_an_endless_loop(settings: Any) -> None:
    with pytest.raises(BackendFault, match="cursor"):
        ask(settings, {"items": [ITEM], "next": "again"}, "inventory", "usr_ana")


@pytest.mark.parametrize(
    "items",
    [
        [{"id": "z", "outcome": "deleted", "purge": "done"}],
        [{"id": "a", "outcome": "gone"}],
        [{"id": "a", "outcome": "deleted", "purge": "soon"}],
        [{"id": "a", "outcome": "deleted"}, {"id": "a", "outcome": "refused"}],
    ],
)
def test_x09_a_receipt_that_is_not_clear_is_a_fault(settings: Any, items: list[Any]) -> None:
    with pytest.raises(BackendFault):
        ask(settings, {"state": "done", "items": items}, "deletion", "d", ["a"])


def test_retry_after_is_honoured_in_seconds_and_bounded(settings: Any) -> None:
    for said, kept in (("7", 7), ("999999", 3600), ("Fri, 20 Nov 2026 10:00:00 GMT", None)):
        with pytest.raises(BackendFault) as fault:
            ask(settings, {}, "describe", status=429, Retry_After=said)
        assert fault.value.retry_after == kept


def test_x08_a_backend_that_hangs_costs_no_more_than_the_time_allowed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WHOLE_CALL", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        settings.BACKEND_ALLOW = [f"127.0.0.1:{port}"]
        began = time.monotonic()
        with pytest.raises(BackendFault, match="in time"):
            Client(f"http://127.0.0.1:{port}", "token").describe()
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "url",
    [
        "ftp://scan.example.com", "unix:/run/x.sock", "https://", "https://user:pass@scan.example.com", "https://:pw@scan.example.com", "http://scan.example.com",
        "https://scan.example.com?x=1", "https://scan.example.com#x", "https://scan.example.com:99999", "javascript:alert(1)", "", "//x",
    ],
)  # fmt: skip  # one address a word
def test_x29_an_address_that_can_never_be_a_backend_is_refused_when_it_is_saved(settings: Any, url: str) -> None:
    settings.BACKEND_ALLOW = []
    with pytest.raises(Invalid):
        check(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1",
        "fec0::1", "64:ff9b:1::1", "::127.0.0.1", "::ffff:0:7f00:1", "192.0.0.192",
    ],
)  # fmt: skip  # one address a word
def test_x29_private_addresses_in_every_dress_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_x29_a_name_that_leads_home_is_refused_when_we_connect(settings: Any) -> None:
    settings.BACKEND_ALLOW = []
    with pytest.raises(BackendFault, match="private"):
        resolve("https://localhost")
    with pytest.raises(BackendFault, match="private"):
        resolve("https://2130706433")  # 127.0.0.1 as one number
    assert is_public("93.184.216.34")


def test_x29_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(settings: Any) -> None:
    asked: list[str] = []
    with answering({"present": []}) as elsewhere:
        asked.append(elsewhere)
        with pytest.raises(BackendFault, match="error"):
            ask(settings, {}, "lookup", ["a"], status=307, Location=f"{elsewhere}/face-deletion/v1/artifacts/lookup")


def test_x08_headers_that_drip_in_cost_no_more_than_the_time_allowed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WHOLE_CALL", 0.8)

    def drip(server: socket.socket) -> None:
        far, _ = server.accept()
        with far:
            for _ in range(100):
                try:
                    far.sendall(b"H")
                except OSError:
                    return
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        port = server.getsockname()[1]
        settings.BACKEND_ALLOW = [f"127.0.0.1:{port}"]
        began = time.monotonic()
        with pytest.raises(BackendFault):
            Client(f"http://127.0.0.1:{port}", "token").describe()
        assert time.monotonic() - began < 3
