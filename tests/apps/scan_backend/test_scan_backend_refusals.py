"""What the demo backend refuses: a stranger, nonsense, a key used twice; and nothing is lost by it."""

import json

import httpx
import pytest

from examples.scan_backend.harness import PREFIX, TOKEN, Running
from tests.apps.scan_backend.scan_backend_steps import Json, body_for, delete, done, files_of, order, present, scan

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    "given",
    [None, "Bearer wrong", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer \xff"],
    ids=["none", "wrong", "no scheme", "longer", "shorter", "not ASCII"],
)
def test_without_the_right_token_nothing_is_told(backend: Running, given: str | None) -> None:
    headers = {} if given is None else {b"Authorization": given.encode("latin-1")}
    with httpx.Client(base_url=backend.http.base_url, trust_env=False) as stranger:
        refused = stranger.get(f"{PREFIX}/artifacts", headers=headers)
    assert (refused.status_code, refused.headers["content-type"]) == (401, PROBLEM)
    assert refused.json()["status"] == 401


def test_a_wrong_category_and_an_impossible_method_are_refused_and_the_file_stays(backend: Running) -> None:
    upload = scan(backend, "usr_rita")[:1]

    [wrong] = delete(backend, "del-wrong", [upload[0] | {"category": "embedding"}])
    [crypto] = delete(backend, "del-crypto", upload, "crypto_erase")

    assert (wrong["outcome"], wrong["reason"], wrong["purge"]) == ("refused", "category_mismatch", "none")
    assert (crypto["outcome"], crypto["reason"]) == ("refused", "method_not_supported")
    assert present(backend, upload) == [upload[0]["id"]]
    assert len(files_of(backend, upload)) == 1


def test_the_same_key_and_body_is_the_same_answer_and_another_body_is_refused(backend: Running) -> None:
    made = scan(backend, "usr_ida")
    first = order(backend, body_for("del-ida", made[:1]), key="k-ida")
    replay = order(backend, body_for("del-ida", made[:1]), key="k-ida")
    other = order(backend, body_for("del-ida", made), key="k-ida")
    same_under_new_key = order(backend, body_for("del-ida", made[:1]), key="k-ida-2")
    reused = order(backend, body_for("del-ida", made), key="k-ida-3")

    assert (first.status_code, first.json()) == (202, {"deletion_id": "del-ida", "state": "accepted"})
    assert (replay.status_code, replay.content) == (202, first.content)
    assert (other.status_code, other.headers["content-type"]) == (422, PROBLEM)
    assert same_under_new_key.json() == first.json()
    assert reused.status_code == 409
    done(backend, "del-ida")
    assert present(backend, made) == [one["id"] for one in made[1:]]


def test_a_write_without_a_key_is_refused(backend: Running) -> None:
    refused = backend.http.post(f"{PREFIX}/deletions", json={"deletion_id": "d", "items": []})
    assert (refused.status_code, refused.headers["content-type"]) == (400, PROBLEM)


ITEM = {"id": "art_1", "category": "face_crop", "method": "delete"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"deletion_id": "d", "items": []},
        {"deletion_id": "d", "items": "all"},
        {"deletion_id": "d", "items": ["art_1"]},
        {"deletion_id": 7, "items": [ITEM]},
        {"deletion_id": "d" * 201, "items": [ITEM]},
        {"deletion_id": "d\u0000", "items": [ITEM]},
        {"deletion_id": "\ud800", "items": [ITEM]},
        {"deletion_id": "d", "items": [ITEM, ITEM]},
        {"deletion_id": "d", "items": [ITEM | {"method": "shred"}]},
        {"deletion_id": "d", "items": [ITEM | {"id": f"a{n}"} for n in range(1001)]},
    ],
)
def test_a_deletion_that_makes_no_sense_is_refused_whole(backend: Running, body: Json) -> None:
    refused = backend.http.post(
        f"{PREFIX}/deletions",
        content=json.dumps(body),
        headers={"Idempotency-Key": "k-nonsense", "Content-Type": "application/json"},
    )
    assert (refused.status_code, refused.headers["content-type"]) == (422, PROBLEM)
    assert backend.http.get(f"{PREFIX}/deletions/d").status_code == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"ids": NaN}', b"[" * 100_000, b"1" * 5000])
def test_a_body_that_is_no_json_object_is_a_400(backend: Running, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    refused = backend.http.post(f"{PREFIX}/artifacts/lookup", content=body, headers=headers)
    assert (refused.status_code, refused.headers["content-type"]) == (400, PROBLEM)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/deletions/never", 404),
        ("/exports/never", 404),
        ("/deletions", 405),
        ("/artifacts?limit=0", 400),
        ("/artifacts?limit=1001", 400),
        ("/artifacts?limit=x", 400),
        ("/artifacts?cursor=x", 400),
        ("/artifacts?cursor=YWZ0ZXI6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk=", 400),
        (f"/artifacts?subject={'x' * 201}", 422),
    ],
)
def test_odd_addresses_get_a_problem(backend: Running, path: str, status: int) -> None:
    refused = backend.http.get(PREFIX + path)
    assert (refused.status_code, refused.headers["content-type"]) == (status, PROBLEM)


def test_a_body_over_one_megabyte_is_a_413(backend: Running) -> None:
    refused = backend.http.post(f"{PREFIX}/artifacts/lookup", json={"ids": ["x" * 1_000_001]})
    assert (refused.status_code, refused.headers["content-type"]) == (413, PROBLEM)
