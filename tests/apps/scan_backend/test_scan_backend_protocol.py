"""The demo backend speaks `face-deletion/1` over a real wire, and its files tell the same story."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable

import httpx
import pytest

from examples.scan_backend.harness import PREFIX, Running
from tests.apps.scan_backend.scan_backend_steps import Json, delete, files_of, listed, present, scan, states_on_disk, vector_file, wait_for


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
