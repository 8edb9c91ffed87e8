"""The demo company's own product: nothing without a clear yes, nothing kept unregistered."""

import io
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from PIL import Image

from examples.scan_backend.harness import KEY, Running, StandIn, deny, register, running, stand_in
from examples.scan_backend.web import Response, answer

CHECK = "/access/v1/evaluation"
REGISTER = "/api/v1/artifacts"
LINKS = "/api/v1/release-links"
CATEGORIES = [
    "original_upload",
    "face_crop",
    "face_crop",
    "thumbnail",
    "landmarks",
    "embedding",
    "result_report",
    "personal_model",
]
UNCLEAR = {
    "a server error": answer(500, {"decision": True}),
    "created instead of ok": answer(201, {"decision": True}),
    "a web page with 200": Response(200, b"<p>decision: true", "text/html"),
    "a yes in words": answer(200, {"decision": "true"}),
    "a one for a yes": answer(200, {"decision": 1}),
    "no decision": answer(200, {"context": {"reason": "active"}}),
    "a list": answer(200, [{"decision": True}]),
    "an empty body": Response(200, b""),
    "a redirect": answer(307, {"decision": True}, Location="/elsewhere"),
    "far too much": Response(200, b'{"decision": true, "x": "' + b"x" * 1_100_000 + b'"}'),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StandIn, Running]]:
    with stand_in() as efface, running(tmp_path_factory.mktemp("product"), efface.url) as backend:
        yield efface, backend


@pytest.fixture
def efface(pair: tuple[StandIn, Running]) -> StandIn:
    pair[0].behave()
    return pair[0]


@pytest.fixture
def backend(pair: tuple[StandIn, Running], efface: StandIn) -> Running:
    return pair[1]


def scan(backend: Running, reference: str) -> httpx.Response:
    return backend.http.post("/demo/scans", json={"reference": reference})


def kept(backend: Running, reference: str) -> list[dict[str, object]]:
    files: list[dict[str, object]] = backend.http.get("/demo/files", params={"subject": reference}).json()["files"]
    return files


def everything_stored(backend: Running) -> list[tuple[str, int]]:
    """Seen by this test's own eyes: every file of the stores with its size."""
    paths = (path for path in (backend.data / "stores").rglob("*") if path.is_file())
    return sorted((str(path), path.stat().st_size) for path in paths)


def test_cy_never_consented_so_the_scan_is_denied_and_nothing_is_stored(efface: StandIn, backend: Running) -> None:
    before = everything_stored(backend)
    efface.answers[CHECK] = deny

    denied = scan(backend, "usr_cy")

    assert (denied.status_code, denied.json()) == (403, {"allowed": False, "reason": "no_release"})
    assert kept(backend, "usr_cy") == []
    assert everything_stored(backend) == before
    assert efface.bodies(REGISTER) == []


@pytest.mark.parametrize("said", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_anything_but_a_clear_yes_is_a_no(efface: StandIn, backend: Running, said: Response) -> None:
    before = everything_stored(backend)
    efface.answers[CHECK] = lambda body: said

    denied = scan(backend, "usr_cy")

    assert (denied.status_code, denied.json()) == (403, {"allowed": False, "reason": "check_unavailable"})
    assert everything_stored(backend) == before


def test_a_service_that_is_down_denies(tmp_path: Path) -> None:
    with running(tmp_path, "http://127.0.0.1:9") as alone:
        denied = scan(alone, "usr_cy")
        assert (denied.status_code, denied.json()) == (403, {"allowed": False, "reason": "check_unavailable"})
        assert kept(alone, "usr_cy") == []


def test_the_check_asks_what_the_authorization_api_wants(efface: StandIn, backend: Running) -> None:
    scan(backend, "usr_ana")

    path, headers, body = efface.asked[0]
    resource = body.pop("resource")
    assert path == CHECK
    assert headers["authorization"] == f"Bearer {KEY}"
    assert isinstance(resource, dict)
    assert resource["type"] == "scan_session"
    assert resource["id"].startswith("scn_")
    assert body == {
        "subject": {"type": "data_subject", "id": "usr_ana"},
        "action": {"name": "face_scan"},
        "context": {"system": "demo-scan"},
    }


def test_ana_agreed_so_her_scan_leaves_real_files_that_are_registered(efface: StandIn, backend: Running) -> None:
    assert kept(backend, "usr_ana2") == []

    made = scan(backend, "usr_ana2")

    told = made.json()
    assert made.status_code == 201
    assert (told["allowed"], told["kept"]) == (True, True)
    assert [one["category"] for one in told["artifacts"]] == CATEGORIES
    assert {(one["status"], one["due_at"], one["why"]) for one in told["artifacts"]} == {
        ("registered", "2030-01-02T03:04:05Z", "uploaded + PT72H")
    }
    on_disk = kept(backend, "usr_ana2")
    assert sorted(str(one["category"]) for one in on_disk) == sorted(CATEGORIES)
    assert sorted(int(str(one["size"])) for one in on_disk) == sorted(one["size"] for one in told["artifacts"])
    upload = next(str(one["path"]) for one in on_disk if one["category"] == "original_upload")
    with Image.open(backend.data / upload) as picture:
        assert picture.size == (480, 480)


def test_the_registration_says_what_exists_and_carries_no_face(efface: StandIn, backend: Running) -> None:
    told = scan(backend, "usr_ana3").json()

    [(_, headers, body)] = [asked for asked in efface.asked if asked[0] == REGISTER]
    artifacts = body.pop("artifacts")
    assert body == {"system": "demo-scan", "subject": "usr_ana3", "purpose": "face_scan"}
    assert headers["idempotency-key"] == told["scan"]
    assert isinstance(artifacts, list)
    fields = {"id", "category", "store", "created_at", "derived_from", "biometric", "size"}
    assert {frozenset(one) for one in artifacts} == {frozenset(fields)}
    ids = [one["id"] for one in artifacts]
    parents = [None if one["derived_from"] is None else ids.index(one["derived_from"]) for one in artifacts]
    assert parents == [None, 0, 0, 0, 1, 1, 0, 0]
    assert {one["category"] for one in artifacts if not one["biometric"]} == {"thumbnail", "result_report"}


@pytest.mark.parametrize(
    "said",
    [answer(503, {}), answer(422, {"title": "no"}), answer(200, {"ok": False}), Response(200, b"<p>fine")],
    ids=["down", "refused", "not a registration", "a web page"],
)
def test_what_could_not_be_registered_is_removed_again(efface: StandIn, backend: Running, said: Response) -> None:
    before = everything_stored(backend)
    seen: list[int] = []

    def look_then_fail(body: Mapping[str, object]) -> Response:
        seen.append(len(kept(backend, "usr_dan")))
        return said

    efface.answers[REGISTER] = look_then_fail
    failed = scan(backend, "usr_dan")

    assert seen == [len(CATEGORIES)], "the files were there while Efface was asked"
    assert (failed.status_code, failed.json()["allowed"], failed.json()["kept"]) == (502, True, False)
    assert kept(backend, "usr_dan") == []
    assert everything_stored(backend) == before


def test_a_category_that_efface_refuses_is_removed_and_the_rest_is_kept(efface: StandIn, backend: Running) -> None:
    def refuse_model(body: Mapping[str, object]) -> Response:
        artifacts = json.loads(register(body).body)["artifacts"]
        artifacts[-1] = {"id": artifacts[-1]["id"], "status": "refused", "why": "never kept"}
        return answer(200, {"artifacts": artifacts})

    efface.answers[REGISTER] = refuse_model
    told = scan(backend, "usr_eve").json()

    assert [one["status"] for one in told["artifacts"]] == ["registered"] * 7 + ["refused"]
    assert sorted(str(one["category"]) for one in kept(backend, "usr_eve")) == sorted(CATEGORIES[:-1])
    assert not list((backend.data / "stores/models").rglob(f"{told['artifacts'][-1]['id']}*"))


def test_a_signing_page_is_asked_for_and_handed_on(efface: StandIn, backend: Running) -> None:
    given = backend.http.post("/demo/signing-links", json={"reference": "usr_ana", "email": "ana@example.test"})
    bare = backend.http.post("/demo/signing-links", json={"reference": "usr_ana"})

    assert (given.status_code, given.json()) == (201, {"url": "https://efface.example.test/sign/abc"})
    assert bare.status_code == 201
    assert efface.bodies(LINKS) == [
        {"subject": "usr_ana", "purpose": "face_scan", "email": "ana@example.test"},
        {"subject": "usr_ana", "purpose": "face_scan"},
    ]
    assert all(headers["idempotency-key"] for _, headers, _ in efface.asked)


def test_a_signing_page_with_a_strange_address_is_not_handed_on(efface: StandIn, backend: Running) -> None:
    efface.answers[LINKS] = lambda body: answer(201, {"url": "javascript:alert(1)"})

    refused = backend.http.post("/demo/signing-links", json={"reference": "usr_ana"})

    assert refused.status_code == 502
    assert refused.headers["content-type"] == "application/problem+json"


def test_the_page_works_without_scripts_and_escapes_what_it_shows(efface: StandIn, backend: Running) -> None:
    start = backend.http.get("/", params={"reference": "<b>Ana</b>"})
    made = backend.http.post("/demo/scans", data={"reference": "usr_form"})
    linked = backend.http.post("/demo/signing-links", data={"reference": "usr_form", "email": ""})
    wrong = backend.http.post("/demo/scans", data={"reference": ""})

    assert "&lt;b&gt;Ana&lt;/b&gt;" in start.text
    assert "<b>Ana" not in start.text
    assert "<script" not in start.text + made.text
    assert start.headers["content-security-policy"].startswith("default-src 'none'")
    assert (made.status_code, made.text.count("<td>registered</td>")) == (201, len(CATEGORIES))
    assert 'href="https://efface.example.test/sign/abc"' in linked.text
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, "text/html; charset=utf-8")


def test_another_sites_page_cannot_press_the_buttons(efface: StandIn, backend: Running) -> None:
    form = {"reference": "usr_fay"}
    own = {"Origin": str(backend.http.base_url).rstrip("/")}

    foreign = backend.http.post("/demo/scans", data=form, headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, kept(backend, "usr_fay")) == (403, [])
    assert backend.http.post("/demo/scans", data=form, headers=own).status_code == 201


def test_faults_are_off_unless_asked_for(efface: StandIn, backend: Running) -> None:
    assert backend.http.post("/demo/faults", json={"mode": "lie"}).status_code == 404


def test_a_scan_does_not_wait_for_ever_for_a_slow_check(efface: StandIn, backend: Running, tmp_path: Path) -> None:
    def sleepy(body: Mapping[str, object]) -> Response:
        time.sleep(0.6)
        return answer(200, {"decision": True})

    efface.answers[CHECK] = sleepy
    with running(tmp_path, efface.url, "--timeout", "0.2") as hasty:
        denied = scan(hasty, "usr_ana")
        assert (denied.status_code, denied.json()["reason"]) == (403, "check_unavailable")
        assert kept(hasty, "usr_ana") == []


def test_the_embedding_is_a_numpy_file_of_floats() -> None:
    from examples.scan_backend import pictures

    [made] = [one for one in pictures.scan("scn_1") if one.category == "embedding"]
    header = io.BytesIO(made.data).read(128)
    assert header.startswith(b"\x93NUMPY\x01\x00")
    assert header.endswith(b"\n")
    assert len(made.data) == 128 + 512 * 4
