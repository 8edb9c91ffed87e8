"""The demo backend speaks `face-deletion/1` over a real wire, and its files tell the same story."""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from examples.scan_backend.harness import PREFIX, TOKEN, Running, StandIn, running, stand_in

Json = dict[str, Any]
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def efface() -> Iterator[StandIn]:
    with stand_in() as service:
        yield service


@pytest.fixture(scope="module")
def backend(efface: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("protocol")
    with running(folder, efface.url, "--allow-faults", "--purge-delay", "0.3") as process:
        yield process


@pytest.fixture
def fault(backend: Running) -> Iterator[Callable[[str], None]]:
    def switch(mode: str) -> None:
        assert backend.http.post("/demo/faults", json={"mode": mode}).status_code == 200

    yield switch
    switch("none")


def scan(backend: Running, reference: str) -> list[Json]:
    made = backend.http.post("/demo/scans", json={"reference": reference})
    assert made.status_code == 201
    artifacts: list[Json] = made.json()["artifacts"]
    return artifacts


def body_for(deletion_id: str, artifacts: list[Json], method: str = "delete") -> Json:
    items = [{"id": one["id"], "category": one["category"], "method": method} for one in artifacts]
    return {"deletion_id": deletion_id, "items": items, "reason": "request"}


def order(backend: Running, body: Json, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key or f"key-{body['deletion_id']}"}
    return backend.http.post(f"{PREFIX}/deletions", json=body, headers=headers)


def wait_for(backend: Running, path: str, ready: Callable[[Json], bool]) -> Json:
    for _ in range(200):
        told: Json = backend.http.get(PREFIX + path).json()
        if ready(told):
            return told
        time.sleep(0.02)
    raise AssertionError(f"never ready: {told}")


def done(backend: Running, deletion_id: str) -> list[Json]:
    items: list[Json] = wait_for(backend, f"/deletions/{deletion_id}", lambda told: told["state"] == "done")["items"]
    return items


def delete(backend: Running, deletion_id: str, artifacts: list[Json], method: str = "delete") -> list[Json]:
    assert order(backend, body_for(deletion_id, artifacts, method)).status_code == 202
    return done(backend, deletion_id)


def present(backend: Running, artifacts: list[Json]) -> list[str]:
    told = backend.http.post(f"{PREFIX}/artifacts/lookup", json={"ids": [one["id"] for one in artifacts]}).json()
    assert told["as_of"].endswith("Z")
    ids: list[str] = told["present"]
    return ids


def listed(backend: Running, reference: str) -> list[Json]:
    items: list[Json] = backend.http.get(f"{PREFIX}/artifacts", params={"subject": reference}).json()["items"]
    return items


def states_on_disk(backend: Running, reference: str) -> list[tuple[str, str]]:
    files = backend.http.get("/demo/files", params={"subject": reference}).json()["files"]
    return sorted((one["category"], one["state"]) for one in files)


def vector_file(backend: Running) -> bytes:
    return (backend.data / "stores/vectors/vectors.sqlite3").read_bytes()


def files_of(backend: Running, artifacts: list[Json]) -> list[Path]:
    """Seen by this test's own eyes, whatever the backend says."""
    stores = backend.data / "stores"
    return sorted(path for one in artifacts for path in stores.rglob(f"{one['id']}*"))


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


def test_it_describes_its_stores(backend: Running) -> None:
    told = backend.http.get(PREFIX).json()
    assert told["protocol"] == "face-deletion/1"
    assert len(told["epoch"]) == 16
    backup = {"cycle": "P1D", "max_age": "P14D"}
    uploads = ["original_upload", "face_crop", "thumbnail", "landmarks", "result_report"]
    assert told["stores"] == [
        {"name": "uploads", "kind": "object", "categories": uploads, "backup": backup, "purge": "immediate"},
        {"name": "vectors", "kind": "vector", "categories": ["embedding"], "backup": backup, "purge": "deferred"},
        {"name": "models", "kind": "file", "categories": ["personal_model"], "backup": backup, "purge": "immediate"},
    ]


def test_the_list_is_paged_and_complete_and_of_one_person_only(backend: Running) -> None:
    made = scan(backend, "usr_ana") + scan(backend, "usr_ana")
    scan(backend, "usr_ben")
    pages: list[list[Json]] = []
    query = {"subject": "usr_ana", "limit": "5"}
    while len(pages) < 10:
        told = backend.http.get(f"{PREFIX}/artifacts", params=query).json()
        pages.append(told["items"])
        if told["next"] is None:
            break
        query["cursor"] = told["next"]

    assert [len(page) for page in pages] == [5, 5, 5, 1]
    items = [item for page in pages for item in page]
    assert [(i["id"], i["category"], i["store"], i["derived_from"], i["size"]) for i in items] == [
        (m["id"], m["category"], m["store"], m["derived_from"], m["size"]) for m in made
    ]
    assert {i["subject"] for i in items} == {"usr_ana"}
    everyone = backend.http.get(f"{PREFIX}/artifacts", params={"limit": "1000"}).json()["items"]
    assert {i["subject"] for i in everyone} >= {"usr_ana", "usr_ben"}


def test_bens_files_were_there_and_are_gone_after_the_deletion(backend: Running) -> None:
    bystander = scan(backend, "usr_bystander")
    made = scan(backend, "usr_gone")
    assert present(backend, made) == [one["id"] for one in made]
    assert len(files_of(backend, made)) == 7  # the eighth is a row in the file of vectors
    assert len(listed(backend, "usr_gone")) == 8

    items = delete(backend, "del-gone", made)

    assert [(item["id"], item["outcome"]) for item in items] == [(one["id"], "deleted") for one in made]
    assert {item["purge"] for item in items if not item["purge_due"]} == {"done"}
    assert all(item["at"].endswith("Z") for item in items)
    assert present(backend, made) == []
    assert files_of(backend, made) == []
    assert listed(backend, "usr_gone") == []
    assert present(backend, bystander) == [one["id"] for one in bystander]


def test_a_deleted_vector_is_a_tombstone_first_and_really_gone_after_the_purge(backend: Running) -> None:
    vector = [one for one in scan(backend, "usr_vera") if one["category"] == "embedding"]
    mark = vector[0]["id"].encode()
    assert mark in vector_file(backend)

    [item] = delete(backend, "del-vector", vector, "delete_and_compact")
    assert (item["outcome"], item["purge"], item["purge_due"] > item["at"]) == ("deleted", "pending", True)
    assert present(backend, vector) == []
    assert ("embedding", "tombstone") in states_on_disk(backend, "usr_vera")
    assert mark in vector_file(backend)

    told = wait_for(backend, "/deletions/del-vector", lambda told: told["items"][0]["purge"] == "done")
    assert told["items"][0]["outcome"] == "deleted"
    assert mark not in vector_file(backend)
    assert "embedding" not in dict(states_on_disk(backend, "usr_vera"))


def test_no_byte_of_the_reference_stays_in_the_files_of_the_backend(backend: Running) -> None:
    made = scan(backend, "usr_canary_7f3a")
    database = backend.data / "backend.sqlite3"
    assert b"usr_canary_7f3a" in database.read_bytes()

    delete(backend, "del-canary", made)

    leftovers = [path for path in backend.data.rglob("*") if path.is_file() and b"canary_7f3a" in path.read_bytes()]
    assert leftovers == []


def test_what_was_never_there_is_absent_and_what_is_gone_stays_purged(backend: Running) -> None:
    upload = scan(backend, "usr_twice")[:1]
    delete(backend, "del-first", upload)

    ghost = {"id": "../../etc/passwd", "category": "original_upload"}
    again = delete(backend, "del-second", [*upload, ghost])

    assert [(item["outcome"], item["purge"]) for item in again] == [("absent", "done"), ("absent", "none")]


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


def test_a_liar_says_deleted_and_the_look_up_shows_that_the_files_are_there(backend: Running, fault: Callable[[str], None]) -> None:
    made = scan(backend, "usr_lee")
    before = files_of(backend, made)
    fault("lie")

    items = delete(backend, "del-lie", made)

    assert {(item["outcome"], item["purge"]) for item in items} == {("deleted", "done")}
    assert present(backend, made) == [one["id"] for one in made]
    assert (len(before), files_of(backend, made)) == (7, before)


def test_the_other_faults_do_what_they_are_called(backend: Running, fault: Callable[[str], None]) -> None:
    made = scan(backend, "usr_finn")
    fault("refuse")
    assert {item["outcome"] for item in delete(backend, "del-refuse", made)} == {"refused"}
    fault("flap")
    calls = [backend.http.get(PREFIX) for _ in range(4)]
    assert sorted(call.status_code for call in calls) == [200, 200, 503, 503]
    assert {call.headers.get("retry-after") for call in calls if call.status_code == 503} == {"1"}
    fault("html")
    assert backend.http.get(PREFIX).headers["content-type"].startswith("text/html")
    fault("hang")
    with pytest.raises(httpx.ReadTimeout):
        backend.http.get(PREFIX, timeout=0.2)
    fault("none")
    assert present(backend, made) == [one["id"] for one in made]
    assert backend.http.post("/demo/faults", json={"mode": "fire"}).status_code == 422


def export(backend: Running, subject: str, regime: str) -> Json:
    body = {"subject": subject, "regime": regime, "request": "req_1"}
    asked = backend.http.post(f"{PREFIX}/exports", json=body, headers={"Idempotency-Key": f"{subject}-{regime}"})
    assert asked.status_code == 202
    return wait_for(backend, f"/exports/{asked.json()['export_id']}", lambda told: told["state"] == "done")


def test_the_persons_copy_is_streamed_by_the_backend_and_holds_no_template_where_law_forbids(backend: Running) -> None:
    made = scan(backend, "usr_xena")
    told = export(backend, "usr_xena", "CCPA")
    data = backend.http.get(told["url"]).content

    assert hashlib.sha256(data).hexdigest() == told["sha256"]
    archive = zipfile.ZipFile(io.BytesIO(data))
    contents = json.loads(archive.read("contents.json"))["contents"]
    templates = {"landmarks", "embedding", "personal_model"}
    assert [one["id"] for one in contents] == [one["id"] for one in made]
    assert {one["category"] for one in contents if not one["included"]} == templates
    assert len(archive.namelist()) == 1 + 5
    full = backend.http.get(export(backend, "usr_xena", "GDPR")["url"]).content
    assert len(zipfile.ZipFile(io.BytesIO(full)).namelist()) == 1 + 8


def test_a_deletion_takes_the_persons_copy_along(backend: Running) -> None:
    made = scan(backend, "usr_yan")
    told = export(backend, "usr_yan", "GDPR")
    assert backend.http.get(told["url"]).status_code == 200
    assert ("export", "kept") in states_on_disk(backend, "usr_yan")

    delete(backend, "del-yan", made)

    assert backend.http.get(told["url"]).status_code == 410
    assert "export" not in dict(states_on_disk(backend, "usr_yan"))
    assert backend.http.get(f"{PREFIX}/exports/{told['export_id']}").json()["state"] == "removed"
