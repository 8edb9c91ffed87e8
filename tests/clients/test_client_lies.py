"""Whatever a far side answers, only a clear yes allows."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from efface_client import Client, Decision, Question

from tests.clients.conftest import HERE

YES = {"decision": True, "context": {"reason": "active"}}


def said(body: Any, status: int = 200, **headers: str) -> httpx.MockTransport:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.MockTransport(lambda _request: httpx.Response(status, content=raw, headers=sent))


def check(transport: httpx.BaseTransport, timeout: float = 2.0) -> Decision:
    return Client(HERE, "efk_x_y", timeout, transport=transport).check("usr_ana", "face_scan")


def test_a_clear_yes_allows_so_that_the_rest_of_this_file_can_fail() -> None:
    assert check(said(YES))
    assert check(said({"decision": True}))
    assert check(said(YES, Content_Type="application/json; charset=utf-8"))


def lies() -> Iterator[tuple[str, httpx.BaseTransport]]:
    yield "no", said({"decision": False, "context": {"reason": "withdrawn"}})
    for value in ("true", "True", 1, 1.0, [True], {"decision": True}, None, "yes"):
        yield f"decision {value!r}", said({**YES, "decision": value})
    yield "no decision", said({"context": {"reason": "active"}})
    yield "reason against decision", said({"decision": True, "context": {"reason": "withdrawn"}})
    yield "context is a list", said({"decision": True, "context": []})
    yield "a list", said([YES])
    yield "true alone", said(b"true")
    yield "the decision twice", said(b'{"decision": false, "decision": true}')
    yield "the context twice", said(b'{"decision": true, "context": {"reason": "x"}, "context": {"reason": "active"}}')
    yield "half", said(b'{"decision": true')
    yield "more behind it", said(b'{"decision": true} {"decision": false}')
    yield "NaN", said(b'{"decision": true, "x": NaN}')
    yield "not UTF-8", said(b'{"decision": true, "x": "\xff"}')
    yield "UTF-16", said(json.dumps(YES).encode("utf-16"))
    yield "deep", said(b'{"decision": true, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    yield "nothing", said(b"")
    yield "huge", said(b'{"decision": true, "x": "' + b"x" * 5_000_000 + b'"}')
    for kind in ("text/html", "text/plain", "application/jsonp", ""):
        yield f"content type {kind!r}", said(YES, Content_Type=kind)
    yield "packed", said(YES, Content_Encoding="gzip")
    for status in (201, 202, 203, 204, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504):
        yield f"status {status}", said(YES, status, Location=f"{HERE}/yes")


@pytest.mark.parametrize(("name", "transport"), list(lies()), ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_not_a_clear_yes_denies(name: str, transport: httpx.BaseTransport) -> None:
    assert not check(transport)


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.PoolTimeout, httpx.RemoteProtocolError, httpx.ProxyError, OSError],
)
def test_trouble_on_the_way_denies(error: Callable[[str], Exception]) -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise error("trouble")

    decision = check(httpx.MockTransport(broken))
    assert (decision.allowed, decision.reason) == (False, "unanswered")


def test_an_answer_that_drips_in_is_too_late() -> None:
    def drip() -> Iterator[bytes]:
        for char in json.dumps(YES):
            time.sleep(0.02)
            yield char.encode()

    late = httpx.MockTransport(lambda _r: httpx.Response(200, content=drip(), headers={"Content-Type": "application/json"}))
    began = time.monotonic()
    assert check(late, timeout=0.2).detail == "no answer in time"
    assert time.monotonic() - began < 1


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else() -> None:
    asked: list[str] = []

    def away(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(307, headers={"Location": "http://evil.example/"})

    assert not check(httpx.MockTransport(away))
    assert asked == [f"{HERE}/access/v1/evaluation"]


@pytest.mark.parametrize("url", ["http://efface.example.com", "ftp://localhost", "localhost", "", "http://localhost.evil.example"])
def test_the_key_is_not_sent_in_clear(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Client(url, "efk_x_y")


def answered(*bodies: Any) -> httpx.MockTransport:
    return said({"evaluations": list(bodies)})


def many(transport: httpx.BaseTransport, count: int = 3) -> list[bool]:
    asked = [Question(f"usr_{number}", "face_scan") for number in range(count)]
    return [decision.allowed for decision in Client(HERE, "efk_x_y", transport=transport).check_many(asked)]


def test_a_batch_is_answered_one_by_one_and_a_wrong_number_of_answers_is_none() -> None:
    assert many(answered(YES, {"decision": False}, YES)) == [True, False, True]
    assert many(answered(YES, {"decision": "true"}, None)) == [True, False, False]
    for transport in (answered(YES, YES), answered(YES, YES, YES, YES), said({"evaluations": {}}), said([YES, YES, YES]), said(YES, 500)):
        assert many(transport) == [False, False, False]


def test_a_batch_goes_out_a_thousand_at_a_time_in_order() -> None:
    sizes: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        items = json.loads(request.content)["evaluations"]
        sizes.append(len(items))
        decisions = [{"decision": item["subject"]["id"] != "usr_1500"} for item in items]
        return httpx.Response(200, json={"evaluations": decisions})

    found = many(httpx.MockTransport(answer), 2_001)
    assert sizes == [1_000, 1_000, 1]
    assert [number for number, allowed in enumerate(found) if not allowed] == [1_500]
    assert many(said(YES), 0) == []


def test_a_question_that_cannot_be_written_denies() -> None:
    client = Client(HERE, "efk_x_y", transport=said(YES))
    assert not client.check("usr\ud800", "face_scan")
    assert client.allowed("usr_ana", "face_scan", recipient="gpu-host") is True
